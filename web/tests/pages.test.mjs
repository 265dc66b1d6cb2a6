// Every page: accessible in both languages, in light and dark, small enough, with nothing from elsewhere, and as a picture.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './axe.mjs';
import { enrol, scanAll } from './courier.mjs';
import { picture, pictures, SIZES } from './pictures.mjs';
import { Browser, DAY, Server } from './world.mjs';

const SCRIPT_MAX = 150 * 1000;
const INTERACTIVE_MS_MAX = 2000;

let server;
let browser;
before(async () => {
  server = await Server.demo();
  browser = await Browser.open();
  const [name, value] = server.cookie.split('=');
  await browser.context.addCookies([{ name, value, url: server.base }]);
});
after(async () => {
  await browser?.end();
  await server?.end();
});

/** Checks a page as it stands, in each language and scheme, and takes its picture at each size. */
async function look(page, name, { language, sizes = Object.keys(SIZES) }) {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const tongue of ['vi', 'en']) {
      await language(page, tongue);
      await accessible(page, `${name} ${scheme} ${tongue}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await language(page, 'vi');
  await pictures(page, name, sizes);
  assert.deepEqual(page.failures, [], name);
}

/** By the storage that the page reads, so that it works on every view. */
async function reloadedIn(page, tongue) {
  if ((await page.evaluate(() => localStorage.getItem('conthoi.language') ?? 'vi')) === tongue) return;
  await page.evaluate((tongue) => localStorage.setItem('conthoi.language', tongue), tongue);
  await page.reload();
  await page.waitForFunction((tongue) => document.documentElement.lang === tongue, tongue);
  await page.locator('h1, h2').first().waitFor();
  await page.waitForTimeout(300);
}

test('the courier\'s page', { timeout: 120_000 }, async () => {
  const page = await browser.page(`${server.base}/courier`);
  await page.locator('h1').waitFor();
  await look(page, 'courier-enrol', { language: reloadedIn, sizes: ['phone'] });
  await enrol(server, page, 'CP01');
  await look(page, 'courier-trips', { language: reloadedIn });
  await page.locator('a.trip').first().click();
  await page.getByText('Điểm tiếp theo').waitFor();
  await look(page, 'courier-trip', { language: reloadedIn, sizes: ['phone', 'tablet'] });
  await page.getByRole('link', { name: 'Kiểm hàng lên xe' }).click();
  await page.locator('[data-outcome]').waitFor();
  await look(page, 'courier-load', { language: reloadedIn, sizes: ['phone'] });
  const code = await page.locator('li .code').first().innerText();
  await scanAll(page, [code.replace(/^[▲▼]\s*/, '')]);
  await picture(page, 'courier-scanned-phone');
  await accessible(page, 'after a scan');
  await page.getByRole('button', { name: /Xác nhận đã đủ hàng/ }).click();
  await page.getByRole('dialog').waitFor();
  await accessible(page, 'joint count');
  await picture(page, 'courier-count-phone');
  await page.goto(`${server.base}/courier#/more`);
  await look(page, 'courier-more', { language: reloadedIn, sizes: ['phone'] });
  await page.close();
});

test('the department\'s desk', { timeout: 60_000 }, async () => {
  const page = await browser.page(`${server.base}/desk`, SIZES.desktop);
  await page.locator('#site').selectOption('STP');
  await page.locator('.call').first().click();
  await page.locator('.sides').waitFor();
  await look(page, 'desk', {
    language: async (page, tongue) => {
      await reloadedIn(page, tongue);
      if ((await page.locator('.sides').count()) === 0) {
        await page.locator('#site').selectOption('STP');
        await page.locator('.call').first().click();
      }
    },
  });
  await page.close();
});

test('the dispatch board', { timeout: 60_000 }, async () => {
  const page = await browser.page(`${server.base}/dispatch`, SIZES.desktop);
  await page.locator('.row').first().waitFor();
  await page.locator('canvas.maplibregl-canvas').waitFor();
  await look(page, 'dispatch', {
    language: async (page, tongue) => {
      await reloadedIn(page, tongue);
      await page.locator('.row').first().waitFor();
    },
  });
  await page.setViewportSize(SIZES.desktop);
  await page.locator('.row').first().click();
  await page.getByRole('link', { name: 'In bảng kê' }).waitFor();
  await picture(page, 'dispatch-route-desktop');
  await accessible(page, 'a route on the board');
  await page.close();
});

test('the supervisor\'s reports', { timeout: 60_000 }, async () => {
  const page = await browser.page(`${server.base}/reports`, SIZES.desktop);
  await page.locator('tbody tr').first().waitFor();
  await look(page, 'reports', {
    language: async (page, tongue) => {
      await reloadedIn(page, tongue);
      await page.locator('tbody tr').first().waitFor();
    },
  });
  const item = (await server.ask('GET', '/v1/items?limit=1')).items[0];
  await page.locator('#story-code').fill(item.code);
  await page.locator('#story-code').press('Enter');
  await page.getByText(item.code).waitFor();
  await accessible(page, 'the way of an item');
  await page.close();
});

test('the courier\'s first load is small, quick on a slow phone, and asks no other host', { timeout: 60_000 }, async () => {
  const fresh = await Browser.open();
  try {
    const page = await fresh.page();
    const session = await fresh.context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    // Slow 4G as Lighthouse has it, and a processor four times slower.
    await session.send('Network.emulateNetworkConditions', { offline: false, latency: 150, downloadThroughput: (1.6 * 1024 * 1024) / 8, uploadThroughput: (750 * 1024) / 8 });
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    let script = 0;
    const kinds = new Map();
    session.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (kinds.get(requestId) === 'Script') script += encodedDataLength;
    });
    const hosts = new Set();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    const began = Date.now();
    await page.goto(`${server.base}/courier`, { waitUntil: 'commit' });
    await page.locator('#code').waitFor();
    await page.locator('#code').fill('7K3M');
    assert.ok(await page.getByRole('button', { name: 'Đăng ký máy này' }).isEnabled());
    const took = Date.now() - began;
    console.log(`courier: interactive after ${took} ms, ${script} bytes of compressed script`);
    assert.ok(script > 0 && script <= SCRIPT_MAX, `${script} bytes of script`);
    assert.ok(took <= INTERACTIVE_MS_MAX, `${took} ms`);
    assert.deepEqual([...hosts].filter((origin) => !origin.startsWith('data') && origin !== 'null'), [server.base]);
  } finally {
    await fresh.end();
  }
});

test('pages have a strict policy, and their parts are kept for good', async () => {
  for (const name of ['/courier', '/enrol', '/desk', '/dispatch', '/reports']) {
    const answer = await fetch(server.base + name);
    assert.equal(answer.status, 200, name);
    const policy = answer.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
    const html = await answer.text();
    assert.doesNotMatch(html, /https?:\/\/|<script(?![^>]* src=)|style=/);
    for (const [, asset] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
      const part = await fetch(server.base + asset);
      assert.match(part.headers.get('cache-control'), /immutable/);
    }
  }
  assert.ok(DAY);
});

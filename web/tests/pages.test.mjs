// Every page: accessible in both languages, in light and dark, small enough, with nothing from elsewhere, and as a picture.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible } from './axe.mjs';
import { withinBudget } from './budget.mjs';
import { enrol, scanAll } from './courier.mjs';
import { picture, pictures, SIZES } from './pictures.mjs';
import { Browser, DAY, Server } from './world.mjs';

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

test('the supervisor\'s reports', { timeout: 90_000 }, async () => {
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

  await page.setViewportSize(SIZES.desktop);
  await page.locator('#from').fill('2019-06-12');
  await page.locator('#to').fill('2019-06-14');
  await page.locator('#goal').fill('50');
  await page.getByRole('button', { name: 'Thử các biểu giờ' }).click();
  const designer = page.locator('section[aria-labelledby="designer"]');
  await designer.locator('circle').first().waitFor({ timeout: 45_000 });
  assert.ok(await designer.locator('circle').count() > 3, 'several timetables are tried');
  assert.equal(await designer.locator('circle').count(), await designer.locator('tbody tr').count());
  assert.equal(await designer.getByText('● đang dùng').count(), 1);
  assert.equal(await designer.getByText('★ rẻ nhất đạt yêu cầu').count(), 1);
  await designer.scrollIntoViewIfNeeded();
  await picture(page, 'reports-designer-desktop');
  await accessible(page, 'other timetables');
  await page.close();
});

test('the courier\'s first load is small, quick on a slow phone, and asks no other host', { timeout: 60_000 }, () =>
  withinBudget('courier', `${server.base}/courier`, async (page) => {
    await page.locator('#code').fill('7K3M');
    assert.ok(await page.getByRole('button', { name: 'Đăng ký máy này' }).isEnabled());
  }));

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

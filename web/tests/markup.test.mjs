// What people write is text on every page: markup does nothing, and text that runs the other way stays in its place.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { Browser, Gateway, Server } from './world.mjs';

const PLANTED = '<img src=x onerror="window.planted=1"><script>window.planted=1</script>"\'>\u202Egnp';
const MONDAY = '2019-06-17';
const CLOCK = `${MONDAY}T06:00:00+07:00`;
const DOSSIER = '000.00.00.H51-190603-9201';
const ITEM = 'H51009201';
const PHONE = '0912 345 678';

let server;
let gateway;
let browser;
let link;
before(async () => {
  gateway = await Gateway.open();
  server = await Server.demo({ clock: CLOCK, gateway });
  const shift = Date.parse(CLOCK) - Date.now();
  browser = await Browser.open({ shift, size: { width: 1280, height: 900 } });
  const [name, value] = server.cookie.split('=');
  await browser.context.addCookies([{ name, value, url: server.base }]);

  await server.dossier(DOSSIER, { phone: PHONE, item: ITEM, settled: '2019-06-14T10:00:00+07:00' });
  const asked = await server.ask('POST', '/v1/home-deliveries', {
    dossier: DOSSIER, phone: PHONE, address: `12 ${PLANTED}, Phường 6, thành phố Sóc Trăng`.slice(0, 300), commune: '31507', consent: '1',
    recipient: { name: PLANTED.slice(0, 100), delegate: { name: PLANTED.slice(0, 100), authorisation: PLANTED.slice(0, 100) } },
    half_day: { date: MONDAY, half: 'afternoon' },
  }, {});
  link = asked.link.replace('/v1/track/', '/t/');
  await server.ask('POST', `${asked.link}/confirmation`, { code: await gateway.code() }, {});
  const complaint = uuidv7();
  await server.ask('PUT', `${asked.link}/complaints/${complaint}`, { text: PLANTED }, {});
  link += `?complaint=${complaint}`;
  const job = await server.ask('POST', '/v1/plans', { date: MONDAY });
  for (let state = job; !state.finished_at; ) state = await server.ask('GET', `/v1/plan-jobs/${job.id}`);

  const stp = { site: 'STP' };
  const device_id = uuidv4();
  const scan = (seq, actor, kind, codes, more = {}) => ({ id: uuidv7(), device_id, device_seq: seq, device_time: new Date(Date.now() + shift).toISOString(), actor, action: { kind }, codes, note: PLANTED, ...more });
  const scans = [
    scan(1, stp, 'give', [ITEM], { counterparty: { courier: 'CP01' } }),
    scan(2, { courier: 'CP02' }, 'receive', [ITEM], { counterparty: stp }),
  ];
  const { results } = await server.ask('POST', '/v1/scans', { scans });
  assert.deepEqual(results.map((one) => one.result), ['created', 'created']);
  await server.enrolment('Máy <img src=x>');
});
after(async () => {
  await browser?.end();
  await server?.end();
  await gateway?.end();
});

async function unharmed(page, what) {
  assert.equal(await page.evaluate(() => window.planted), undefined, what);
  assert.equal(await page.locator('img[src="x"]').count(), 0, what);
  assert.deepEqual(page.failures, [], what);
}

test('on the citizens\' page, in every view', { timeout: 60_000 }, async () => {
  const page = await browser.page(server.base + link);
  const shown = await page.locator('main').innerText();
  assert.ok(shown.includes('<img src=x onerror'), 'it is shown as it was written');
  assert.ok((await page.locator('#state bdi').count()) > 0, 'what runs the other way is kept apart');
  await unharmed(page, 'state');
  for (const view of ['change', 'counter', 'cancel', 'complain']) {
    await page.goto(`${server.base}${link.split('?')[0]}?view=${view}`);
    await page.locator('h1').waitFor();
    await unharmed(page, view);
  }
  await page.goto(server.base);
  await page.locator('#dossier').fill(PLANTED.slice(0, 60));
  await page.locator('#phone').fill('<b>1');
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.locator('#dossier-fault').waitFor();
  assert.equal(await page.locator('#dossier').inputValue(), PLANTED.slice(0, 60));
  await unharmed(page, 'a fault');
  await page.close();
});

test('on the dispatch board, the desk, the reports and the story of an item', { timeout: 90_000 }, async () => {
  const page = await browser.page(`${server.base}/dispatch`);
  await page.locator('.row').first().waitFor();
  for (const row of await page.locator('.row').all()) {
    await row.click();
    await page.getByRole('link', { name: 'In bảng kê' }).waitFor();
    await unharmed(page, 'a route');
    await page.getByRole('button', { name: 'Đóng' }).click();
  }
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await unharmed(page, 'a tab');
  }
  await page.goto(`${server.base}/desk`);
  await page.locator('#site').selectOption('STP');
  await page.locator('.call').first().click();
  await page.locator('#scan').fill(PLANTED);
  await page.locator('#scan').press('Enter');
  await unharmed(page, 'the desk');
  await page.goto(`${server.base}/reports`);
  await page.locator('#story-code').fill(ITEM);
  await page.locator('#story-code').press('Enter');
  await page.getByText(ITEM).first().waitFor();
  await unharmed(page, 'the story');
  await page.locator('#story-code').fill(PLANTED);
  await page.locator('#story-code').press('Enter');
  await page.getByRole('alert').or(page.locator('.told')).first().waitFor();
  await unharmed(page, 'a code that is none');
  await page.close();
});

// A whole day by four people at once, each with a browser of their own, and a supervisor who reads of it in the evening.
import assert from 'node:assert/strict';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { after, before, test } from 'node:test';
import { allSent, enrol, installed, scanAll, table } from './courier.mjs';
import { Browser, Gateway, Server, until } from './world.mjs';

const MONDAY = '2019-06-17';
const CLOCK = `${MONDAY}T06:00:00+07:00`;
const DOSSIER = '000.00.00.H51-190603-9001';
const ITEM = 'H51009001';
const PHONE = '0912 345 678';

let server;
let gateway;
let shift;
const browsers = {};
before(async () => {
  gateway = await Gateway.open();
  server = await Server.demo({ clock: CLOCK, gateway });
  shift = Date.parse(CLOCK) - Date.now();
  await server.dossier(DOSSIER, { phone: PHONE, item: ITEM, settled: '2019-06-14T10:00:00+07:00' });
  // Each at a device of their own.
  const desktop = { width: 1280, height: 800 };
  for (const [name, size] of Object.entries({ citizen: undefined, courier: undefined, dispatcher: desktop, clerk: desktop, supervisor: desktop })) {
    browsers[name] = await Browser.open({ shift, ...(size ? { size } : {}) });
  }
});
after(async () => {
  for (const browser of Object.values(browsers)) await browser.end();
  await server?.end();
  await gateway?.end();
});

/** An account's own browser, logged in by the form. */
async function comeIn(browser, name, role, party) {
  const cookie = await server.person(name, role, party);
  const [key, value] = cookie.split('=');
  await browser.context.addCookies([{ name: key, value, url: server.base }]);
  return browser.page();
}

let seq = 0;
const device = uuidv4();
/** What the others do with their scanners. */
async function scan(actor, kind, more = {}) {
  seq += 1;
  const body = { id: uuidv7(), device_id: device, device_seq: seq, device_time: new Date(Date.now() + shift).toISOString(), actor, action: { kind }, codes: [ITEM], ...more };
  const { results } = await server.ask('POST', '/v1/scans', { scans: [body] });
  assert.equal(results[0].result, 'created', JSON.stringify(results));
}

test('citizen, dispatcher, clerk and courier bring one result home, and the supervisor reads of it', { timeout: 180_000 }, async () => {
  const people = await Promise.all([
    browsers.citizen.page(server.base),
    comeIn(browsers.dispatcher, 'dung', 'dispatcher'),
    comeIn(browsers.clerk, 'thu', 'clerk', { site: 'STP' }),
    comeIn(browsers.supervisor, 'hoa', 'supervisor'),
  ]);
  const [citizen, dispatcher, clerk, supervisor] = people;

  // The citizen asks.
  await citizen.locator('#dossier').fill(DOSSIER);
  await citizen.locator('#phone').fill(PHONE);
  await citizen.getByRole('button', { name: 'Tiếp tục' }).click();
  await citizen.locator('#address').fill('12 Trần Hưng Đạo, Phường 6, thành phố Sóc Trăng');
  await citizen.locator(`[name=half_day][value="${MONDAY}/afternoon"]`).check();
  await citizen.getByRole('button', { name: 'Tiếp tục' }).click();
  await citizen.locator('#name').fill('Trần Thị Lụa');
  await citizen.getByText('Tôi đồng ý').click();
  await citizen.getByRole('button', { name: 'Gửi yêu cầu' }).click();
  await citizen.locator('#code').fill(await gateway.code());
  await citizen.getByRole('button', { name: 'Xác nhận' }).click();
  await citizen.getByText('Yêu cầu đã được xác nhận.').waitFor();
  const link = new URL(citizen.url()).pathname;

  // The dispatcher plans the day.
  await dispatcher.goto(`${server.base}/dispatch`);
  await dispatcher.getByRole('button', { name: 'Lập kế hoạch' }).click();
  await dispatcher.locator('#plan-day').fill(MONDAY);
  await dispatcher.getByRole('dialog').getByRole('button', { name: 'Lập kế hoạch' }).click();
  await dispatcher.getByText('Đã lập kế hoạch.').waitFor({ timeout: 60_000 });
  const plan = await server.ask('GET', `/v1/plans/${MONDAY}`);
  const legs = {};
  for (const [kind, trips] of [['run', plan.runs], ['round', plan.rounds]]) {
    for (const trip of trips) {
      const manifest = await server.ask('GET', `/v1/${kind}s/${trip.id}/manifest`);
      for (const { route, stops, at_departure } of manifest.routes) {
        const has = (items) => items.some((item) => item.code === ITEM);
        const stop = stops.find((one) => has(one.load) || has(one.unload)) ?? (has(at_departure) ? stops[0] : null);
        if (stop) legs[kind] = { id: trip.id, courier: route.courier.code, stop: stops.find((one) => (kind === 'run' ? has(one.load) : has(one.unload))) };
      }
    }
  }
  assert.ok(legs.run?.stop && legs.round?.stop, `the result has a run and a round: ${JSON.stringify(plan.unassigned)}`);

  // The clerk hands over to the run's courier.
  await clerk.goto(`${server.base}/desk`);
  await clerk.locator('#day').selectOption(MONDAY);
  const call = clerk.locator('.call');
  await call.first().waitFor();
  for (const one of await call.all()) {
    await one.click();
    await clerk.getByRole('button', { name: /^▲ .*\d\/\d/ }).click();
    if (await clerk.locator('.work li .code', { hasText: ITEM }).count()) break;
  }
  await clerk.locator('.work li', { hasText: ITEM }).click();
  await clerk.locator('.confirm').click();
  await clerk.locator('.told.good').waitFor();
  const [run, round] = [{ run: legs.run.id }, { round: legs.round.id }];
  const [stp, hub, carrier] = [{ site: 'STP' }, { site: 'TTPVHCC' }, { courier: legs.run.courier }];
  await scan(carrier, 'receive', { counterparty: stp, trip: run });
  await scan(carrier, 'give', { counterparty: hub, trip: run });
  await scan(hub, 'receive', { counterparty: carrier, trip: run });
  await citizen.goto(server.base + link);
  await citizen.getByText('Kết quả đang ở Trung tâm.').waitFor();

  // The round's courier comes by the network once, and then there is none.
  let page = await browsers.courier.page();
  await enrol(server, page, legs.round.courier, 'Máy tuyến', MONDAY);
  await installed(page);
  await page.goto(`${server.base}/courier#/trip/${legs.round.id}/0`);
  await page.locator('[data-outcome]').waitFor();
  await scanAll(page, [ITEM]);
  assert.equal(await page.locator('[data-outcome]').getAttribute('data-outcome'), 'good');
  await allSent(page);
  await citizen.reload();
  await citizen.getByText('Nhân viên đang mang kết quả đến.').waitFor();
  await browsers.courier.context.setOffline(true);
  await page.goto(`${server.base}/courier#/trip/${legs.round.id}/${legs.round.stop.sequence}`);
  await page.getByRole('button', { name: 'Đã phát' }).waitFor();
  await scanAll(page, [ITEM]);
  // The battery is empty at the door. What was scanned is there when the device is on again.
  await browsers.courier.kill();
  await browsers.courier.start();
  await browsers.courier.context.setOffline(true);
  page = await browsers.courier.page(`${server.base}/courier#/trip/${legs.round.id}/${legs.round.stop.sequence}`);
  await page.getByRole('button', { name: 'Đã phát' }).click();
  const box = await page.locator('canvas').boundingBox();
  await page.mouse.move(box.x + 20, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 160, box.y + 90, { steps: 5 });
  await page.mouse.up();
  await page.getByText('Đã xem giấy tờ của người nhận').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Đã phát' }).click();
  await page.getByText('Tất cả điểm dừng').waitFor();
  await citizen.reload();
  await citizen.getByText('Nhân viên đang mang kết quả đến.').waitFor();
  await browsers.courier.context.setOffline(false);
  await allSent(page);
  const mine = await table(page, 'scans');
  assert.ok(mine.every((one) => one.state === 'kept'));
  const custody = await server.ask('GET', `/v1/items/${ITEM}/custody`);
  assert.equal(custody.state, 'delivered');
  assert.deepEqual(custody.scans.map((one) => one.action.kind ?? one.action), ['give', 'receive', 'give', 'receive', 'receive', 'deliver'], 'each once');

  // The citizen sees it, and rates.
  await citizen.reload();
  await citizen.getByText('Kết quả đã được trao.').waitFor();
  await citizen.getByText('Rất hài lòng').click();
  await citizen.getByRole('button', { name: 'Gửi đánh giá' }).click();
  await citizen.getByText('Cảm ơn bạn đã đánh giá.').waitFor();

  // The dispatcher's board knew of it without being asked.
  await until('the board counts it', async () => (await dispatcher.locator('.live').innerText()).includes('Trực tiếp'));

  // The supervisor reads of it.
  await supervisor.goto(`${server.base}/reports`);
  await supervisor.locator('tbody tr').first().waitFor();
  await supervisor.locator('#report').selectOption('satisfaction');
  await supervisor.locator('#from').fill(MONDAY);
  await supervisor.locator('#to').fill(MONDAY);
  await supervisor.getByRole('button', { name: 'Xem' }).first().click();
  await supervisor.locator('.totals', { hasText: '100,00 %' }).waitFor();
  await supervisor.locator('#story-code').fill(ITEM);
  await supervisor.locator('#story-code').press('Enter');
  await supervisor.getByText(ITEM).first().waitFor();
  for (const one of [citizen, dispatcher, clerk, supervisor, page]) assert.deepEqual(one.failures, []);
});

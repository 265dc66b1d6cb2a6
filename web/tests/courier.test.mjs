// A courier's day at the counter and at the door, and what must never act: markup in names, codes and notes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { allSent, enrol, scanAll, table } from './courier.mjs';
import { Browser, Server, until } from './world.mjs';

const PLANTED = '<img src=x onerror="window.planted=1"><script>window.planted=1</script>\u202Egnp.exe';
let server;
let browser;
before(async () => {
  server = await Server.demo();
  browser = await Browser.open();
});
after(async () => {
  await browser?.end();
  await server?.end();
});

async function sign(page) {
  const box = await page.locator('canvas').boundingBox();
  await page.mouse.move(box.x + 20, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 90, { steps: 5 });
  await page.mouse.move(box.x + 200, box.y + 30, { steps: 5 });
  await page.mouse.up();
}

/** The first of the courier's routes of a kind, from the manifest. */
async function routeOf(kind, page, courier) {
  const href = await page.evaluate(async (kind) => {
    const days = await new Promise((resolve) => {
      const opening = indexedDB.open('conthoi-courier');
      opening.onsuccess = () => {
        const all = opening.result.transaction('days').objectStore('days').getAll();
        all.onsuccess = () => { opening.result.close(); resolve(all.result); };
      };
    });
    return days[0].trips.find((trip) => trip.kind === kind && trip.stops.some((stop) => stop.sequence > 0 && stop.give.length > 0))?.id;
  }, kind);
  const manifest = await server.ask('GET', `/v1/${kind}s/${href}/manifest`);
  return { id: href, route: manifest.routes.find((route) => route.route.courier.code === courier) };
}

test('load check, a handover with a joint count and a signature, and the evidence are in the ledger', { timeout: 90_000 }, async () => {
  const page = await browser.page();
  await enrol(server, page, 'CP01', `Máy ${PLANTED}`.slice(0, 60));
  const { id, route } = await routeOf('run', page, 'CP01');
  await page.goto(`${server.base}/courier#/trip/${id}`);
  await page.getByRole('link', { name: 'Kiểm hàng lên xe' }).click();
  const load = route.at_departure.map((item) => item.code);
  await scanAll(page, load);
  assert.equal(await page.getByText('Đủ, không thiếu bưu gửi nào.').count(), 1);
  await page.getByRole('button', { name: /Xác nhận đã đủ hàng/ }).click();
  await sign(page);
  await page.getByRole('button', { name: /Đồng ý/ }).click();
  await page.getByText('Điểm tiếp theo').waitFor();

  // The next stop, from its page.
  const stop = route.stops.find((one) => one.sequence > 0 && one.unload.length > 0 && one.place.type === 'site');
  await page.goto(`${server.base}/courier#/trip/${id}/${stop.sequence}`);
  await page.getByRole('button', { name: /Hai bên xác nhận/ }).waitFor();
  const [first, ...others] = stop.unload.map((item) => item.code);
  await scanAll(page, [first]);
  // What was scanned and not yet agreed on survives the browser's death.
  await browser.kill();
  await browser.start();
  const again = await browser.page(`${server.base}/courier#/trip/${id}/${stop.sequence}`);
  if (others.length > 0) await scanAll(again, others);
  // Something of another stop is refused here, loudly.
  const elsewhere = route.stops.find((one) => one.sequence > 0 && one !== stop && one.unload.length > 0 && !one.unload.some((item) => stop.unload.includes(item)));
  if (elsewhere) {
    await scanAll(again, [elsewhere.unload[0].code]);
    assert.equal(await again.locator('[data-outcome]').getAttribute('data-outcome'), 'bad');
  }
  await again.getByRole('button', { name: /Hai bên xác nhận/ }).click();
  await sign(again);
  await again.getByLabel('Ghi chú').fill(PLANTED);
  await again.getByRole('button', { name: /Đồng ý/ }).click();
  await again.getByText('Điểm tiếp theo').first().waitFor();
  await allSent(again);

  const custody = await server.ask('GET', `/v1/items/${encodeURIComponent(first)}/custody`);
  assert.equal(custody.state, 'handed_over');
  assert.equal(custody.handover.to.code, stop.place.code);
  const pictures = custody.scans.flatMap((scan) => scan.evidence);
  assert.ok(pictures.length > 0 && pictures.every((picture) => !picture.missing), 'the signature is there');
  const manifest = await server.ask('GET', `/v1/runs/${id}/manifest`);
  const now = manifest.routes.find((one) => one.route.courier.code === 'CP01').stops;
  assert.deepEqual(now[0].loaded.missing, []);
  assert.deepEqual(now[stop.sequence].unloaded.missing, []);
  assert.deepEqual(again.failures, []);
  await again.close();
});

test('markup in a device\'s name, in a code and in a note is text everywhere', { timeout: 60_000 }, async () => {
  const page = await browser.page(`${server.base}/courier#/more`);
  await page.getByRole('button', { name: /Gửi ngay/ }).waitFor();
  assert.ok((await page.locator('dd').first().innerText()).includes('<img src=x onerror'), 'the name is shown as it is');
  const { id } = await routeOf('run', page, 'CP01');
  await page.goto(`${server.base}/courier#/trip/${id}/0`);
  await page.getByRole('button', { name: /Nhập tay/ }).click();
  await page.getByLabel('Mã vạch').fill(PLANTED);
  await page.getByRole('button', { name: 'Ghi', exact: true }).click();
  await until('the code is shown', async () => (await page.locator('[data-outcome] .code').first().innerText()).includes('<img'));
  await page.goto(`${server.base}/courier#/more`);
  // The service takes no such code; the scan stays here, with the reason.
  await until('it is refused', async () => (await page.locator('[role=status][data-waiting]').innerText()).includes('từ chối'));
  await page.waitForFunction(() => document.body.innerText.includes('<img src=x'));
  assert.equal(await page.evaluate(() => window.planted), undefined);
  assert.equal(await page.locator('main img, main script').count(), 0);
  await page.close();
});

test('at the door: a failed attempt with its reason, and a delivery that needs proof', { timeout: 90_000 }, async () => {
  const other = await Browser.open();
  try {
    const page = await other.page();
    await enrol(server, page, 'CP04', 'Máy CP04');
    const { id, route } = await routeOf('round', page, 'CP04');
    const doors = route.stops.filter((stop) => stop.place.home_delivery_id);
    assert.ok(doors.length >= 2, 'the round has two doors');
    await page.goto(`${server.base}/courier#/trip/${id}/${doors[0].sequence}`);
    await page.getByRole('button', { name: 'Không phát được' }).click();
    await page.getByRole('button', { name: /Vắng nhà/ }).click();
    await page.getByText('Tất cả điểm dừng').waitFor();

    await page.goto(`${server.base}/courier#/trip/${id}/${doors[1].sequence}`);
    const codes = doors[1].unload.map((item) => item.code);
    await scanAll(page, codes);
    await page.getByRole('button', { name: 'Đã phát' }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByRole('button', { name: 'Đã phát' }).click();
    await sheet.getByText('Cần chữ ký hoặc ảnh.').waitFor();
    await sheet.getByText('Đã xem giấy tờ của người nhận').click();
    await sign(page);
    await sheet.getByRole('button', { name: 'Đã phát' }).click();
    await page.getByText('Tất cả điểm dừng').waitFor();
    await allSent(page);
    const failed = await server.ask('GET', `/v1/items/${encodeURIComponent(doors[0].unload[0].code)}/custody`);
    assert.equal(failed.attempts[0]?.reason, 'absent');
    const delivered = await server.ask('GET', `/v1/items/${encodeURIComponent(codes[0])}/custody`);
    assert.equal(delivered.state, 'delivered');
    const kept = await table(page, 'scans');
    assert.ok(kept.every((scan) => scan.state === 'kept'));
    assert.deepEqual(page.failures, []);
  } finally {
    await other.end();
  }
});

/** A video of one still picture, as Chromium's pretended camera shows it: gray, 640 × 480. */
async function filmOf(browser, svg, file) {
  const page = await browser.page('about:blank');
  const gray = await page.evaluate(async (svg) => {
    const image = new Image();
    image.src = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 480;
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, 640, 480);
    pen.drawImage(image, 120, 40, 400, 400);
    const { data } = pen.getImageData(0, 0, 640, 480);
    return Array.from({ length: 640 * 480 }, (_, n) => data[4 * n]);
  }, svg);
  await page.close();
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(gray), Buffer.alloc(2 * 320 * 240, 128)]);
  await writeFile(file, Buffer.concat([Buffer.from('YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n'), frame, frame, frame]));
}

test('the camera reads the QR code of an enrolment, without BarcodeDetector', { timeout: 60_000 }, async () => {
  const enrolment = await server.enrolment('Máy ảnh');
  const film = path.join(server.folder, 'camera.y4m');
  await filmOf(browser, enrolment.qr_svg, film);
  const other = await Browser.open({ args: ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`] });
  try {
    const page = await other.page();
    await page.addInitScript(() => delete window.BarcodeDetector);
    await page.goto(`${server.base}/courier`);
    await page.getByRole('button', { name: /Máy ảnh/ }).click();
    await page.getByText(/chưa được giao cho/).waitFor({ timeout: 30_000 });
    const { devices } = await server.ask('GET', '/v1/devices');
    assert.ok(devices.some((device) => device.name === 'Máy ảnh'));
    assert.deepEqual(page.failures, []);
  } finally {
    await other.end();
  }
});

// The dispatch board: a lock and a close seen through, and 1,000 stops of 200 couriers that stay fluid.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, DAY, Server } from './world.mjs';

const COURIERS = 200;
const STOPS = 1000;
// The time line at 30 frames a second or better. Here the processor draws the map, pixel by pixel, which no dispatcher's machine
// has to: what is asked of it is that it goes on, and that no task of the page's own holds it up.
const LINE_FRAME_MS_MAX = 34;
const MAP_FRAME_MS_MAX = 250;
const TASK_MS_MAX = 400;

let server;
let browser;
before(async () => {
  server = await Server.demo();
  browser = await Browser.open({ size: { width: 1440, height: 900 } });
  const [name, value] = server.cookie.split('=');
  await browser.context.addCookies([{ name, value, url: server.base }]);
});
after(async () => {
  await browser?.end();
  await server?.end();
});

test('a route is locked and unlocked, an item is tried on another run, and the day says what is not accounted for', { timeout: 90_000 }, async () => {
  const page = await browser.page(`${server.base}/dispatch`);
  await page.locator('.row').first().click();
  await page.getByRole('button', { name: 'Khóa lộ trình' }).click();
  await page.getByRole('button', { name: 'Mở khóa' }).waitFor();
  assert.equal((await server.ask('GET', `/v1/plans/${DAY}/locks`)).locks.length, 1);
  await page.getByRole('button', { name: 'Mở khóa' }).click();
  await page.getByRole('button', { name: 'Khóa lộ trình' }).waitFor();
  assert.equal((await server.ask('GET', `/v1/plans/${DAY}/locks`)).locks.length, 0);

  // What a move would cost is shown; nothing has changed.
  const before = (await server.ask('GET', `/v1/plans/${DAY}`)).revision;
  await page.getByText(/Chuyển bưu gửi sang chuyến khác/).click();
  await page.locator('.things select').first().selectOption({ index: 2 });
  await page.locator('.trial, [role=alert]').first().waitFor();
  assert.equal((await server.ask('GET', `/v1/plans/${DAY}`)).revision, before);

  await page.getByRole('button', { name: 'Kết thúc ngày' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText(/bưu gửi chưa ai quét/).waitFor();
  assert.equal(await sheet.getByRole('button', { name: 'Kết thúc ngày' }).isEnabled(), false, 'not without a reason');
  assert.deepEqual(page.failures, []);
  await page.close();
});

/** The demo's day, grown. */
function grown(plan, map) {
  const known = plan.runs.flatMap((run) => run.routes).filter((route) => map.features.some((one) => one.properties.route_id === route.id && one.properties.kind === 'stop'));
  const features = [];
  const runs = plan.runs.map((run) => ({ ...run, routes: [] }));
  let stops = 0;
  for (let n = 0; n < COURIERS; n++) {
    const like = known[n % known.length];
    const id = `0197a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
    runs[n % runs.length].routes.push({ ...like, id, courier: { ...like.courier, code: `X${n}` } });
    const shift = ([lon, lat]) => [lon + (n % 20) * 0.004, lat + Math.floor(n / 20) * 0.004];
    const its = map.features.filter((one) => one.properties.route_id === id || one.properties.route_id === like.id);
    for (const { geometry, properties } of its) {
      if (!geometry) continue;
      const coordinates = geometry.type === 'Point' ? shift(geometry.coordinates) : geometry.coordinates.map(shift);
      features.push({ type: 'Feature', geometry: { ...geometry, coordinates }, properties: { ...properties, route_id: id } });
      if (properties.kind === 'stop') stops += 1;
    }
    // Routes of the demo have few stops; the last ones are doubled until there are enough.
    while (n === COURIERS - 1 && stops < STOPS) {
      const { geometry, properties } = features.find((one) => one.properties.kind === 'stop');
      features.push({ type: 'Feature', geometry: { ...geometry, coordinates: shift([geometry.coordinates[0] + stops * 1e-5, geometry.coordinates[1]]) }, properties: { ...properties, route_id: id } });
      stops += 1;
    }
  }
  assert.ok(stops >= STOPS);
  return { plan: { ...plan, runs, rounds: [] }, map: { type: 'FeatureCollection', features }, stops };
}

test('1,000 stops of 200 couriers stay fluid on the time line and the map', { timeout: 120_000 }, async () => {
  const page = await browser.page();
  const big = grown(await server.ask('GET', `/v1/plans/${DAY}`), await server.ask('GET', `/v1/plans/${DAY}/geojson`));
  const json = (body) => (route) => route.fulfill({ json: body, headers: { etag: '"1"' } });
  await page.route(`**/v1/plans/${DAY}`, json(big.plan));
  await page.route(`**/v1/plans/${DAY}/geojson`, json(big.map));
  await page.goto(`${server.base}/dispatch`);
  await page.locator('.row').nth(COURIERS - 1).waitFor({ state: 'attached' });
  await page.locator('canvas.maplibregl-canvas').waitFor();
  await page.waitForTimeout(1500);
  const watch = () =>
    page.evaluate(() => {
      window.frames_ms = [];
      window.tasks_ms = [];
      let last = performance.now();
      const step = (now) => {
        window.frames_ms.push(now - last);
        last = now;
        window.frame = requestAnimationFrame(step);
      };
      window.frame = requestAnimationFrame(step);
      window.observer = new PerformanceObserver((list) => window.tasks_ms.push(...list.getEntries().map((entry) => entry.duration)));
      window.observer.observe({ type: 'longtask' });
    });
  const seen = (what) =>
    page.evaluate(() => {
      cancelAnimationFrame(window.frame);
      window.observer.disconnect();
      return { frames: window.frames_ms.slice(2).sort((a, b) => a - b), tasks: window.tasks_ms };
    }).then(({ frames, tasks }) => {
      const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))];
      const longest = Math.max(0, ...tasks);
      console.log(`${what}, ${big.stops} stops, ${COURIERS} couriers: ${frames.length} frames, median ${at(0.5).toFixed(0)} ms, 95 % ${at(0.95).toFixed(0)} ms; longest task ${longest.toFixed(0)} ms`);
      return { median: at(0.5), longest };
    });

  const line = await page.locator('.time').boundingBox();
  await page.mouse.move(line.x + 300, line.y + 200);
  await watch();
  for (let n = 0; n < 40; n++) {
    await page.mouse.wheel(0, n < 20 ? 120 : -120);
    await page.waitForTimeout(25);
  }
  const scrolled = await seen('time line');
  const box = await page.locator('canvas.maplibregl-canvas').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await watch();
  await page.mouse.down();
  for (let n = 0; n < 40; n++) {
    await page.mouse.move(box.x + box.width / 2 + 60 * Math.sin(n / 5), box.y + box.height / 2 + 40 * Math.cos(n / 5));
    await page.waitForTimeout(25);
  }
  await page.mouse.up();
  const panned = await seen('map');
  for (const [{ median, longest }, atMost] of [[scrolled, LINE_FRAME_MS_MAX], [panned, MAP_FRAME_MS_MAX]]) {
    assert.ok(median <= atMost, `${median} ms a frame`);
    assert.ok(longest <= TASK_MS_MAX, `a task of ${longest} ms`);
  }
  await page.close();
});

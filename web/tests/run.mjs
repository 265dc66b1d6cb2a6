// Runs the browser tests where there is a Chromium; where there is none, says so.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { BINARY, CHROMIUM, DIST, Server } from './world.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const lacks = [
  [CHROMIUM, 'Chromium (Debian: apt install chromium)'],
  [existsSync(BINARY) && BINARY, `the binary ${BINARY} (cargo build)`],
  [existsSync(path.join(DIST, 'courier.html')) && DIST, 'the built pages (make web)'],
].filter(([there]) => !there);
if (lacks.length > 0) {
  const what = lacks.map(([, name]) => name).join(', ');
  console.error(`The pages are not tested in a browser: there is no ${what}.`);
  process.exit(process.env.CI ? 1 : 0);
}
const wanted = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => name.endsWith('.test.mjs') && (wanted.length === 0 || wanted.some((one) => name.includes(one))))
  .map((name) => path.join(here, name));
process.env.CONTHOI_WEB_DEMO = await Server.prepare();
// One file after the other: two Chromiums at once measure each other.
const ran = spawnSync(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...files], { stdio: 'inherit' });
await rm(process.env.CONTHOI_WEB_DEMO, { recursive: true, force: true });
process.exit(ran.status ?? 1);

// A server with the demo's day in a folder of its own, and a Chromium that can be killed.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = path.join(root, 'web/dist');
export const BINARY = process.env.CONTHOI_BINARY ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, 'target'), 'debug/conthoi');
export const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
export const DAY = '2019-06-14';
const PASSWORD = 'mat-khau-cua-thu-nghiem';

/** Waits until `check` answers something, and fails with `what` after so many seconds. */
export async function until(what, check, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`it did not happen in ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A gateway for text messages that keeps them instead of sending them. */
export class Gateway {
  static async open() {
    const gateway = new Gateway();
    gateway.messages = [];
    gateway.server = createServer((request, response) => {
      let text = '';
      request.on('data', (bytes) => (text += bytes));
      request.on('end', () => {
        gateway.messages.push(JSON.parse(text));
        response.end();
      });
    });
    await new Promise((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  /** What the configuration file says of it. */
  get section() {
    return `[push]\ncontact = "mailto:it@example.vn"\n[sms]\nurl = "http://127.0.0.1:${this.server.address().port}/"\nbody = '{"to": "{to}", "text": "{text}"}'\n`;
  }

  /** The one-time code of the newest message, once it has come. */
  async code(after = 0) {
    return until('a code is sent', () => {
      for (const { text } of this.messages.slice(after).reverse()) {
        const code = /\b\d{6}\b/.exec(text);
        if (code) return code[0];
      }
      return null;
    });
  }

  async end() {
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The conthoi process over one database; it can be stopped and started again on the same port. */
export class Server {
  /** Of its own folder: a copy of the one that was made for all tests, if there is one. */
  static async demo({ clock = null, gateway = null } = {}) {
    const server = new Server(await mkdtemp(path.join(tmpdir(), 'conthoi-web-')));
    server.clock = clock;
    if (gateway) await writeFile(path.join(server.folder, 'conthoi.toml'), gateway.section);
    const made = process.env.CONTHOI_WEB_DEMO;
    if (made) {
      await cp(made, server.folder, { recursive: true });
      server.cookie = await readFile(path.join(made, 'cookie'), 'utf8');
      await server.start(['serve', '--port', '0']);
    } else {
      await server.start(['demo', '--date', DAY, '--port', '0']);
    }
    return server;
  }

  /** Makes the demo's day once, for copies of it; answers the folder. */
  static async prepare() {
    const server = await Server.demo();
    await writeFile(path.join(server.folder, 'cookie'), server.cookie);
    // Ended in order, so that all of the database is in its file.
    server.process.kill('SIGTERM');
    await server.ended;
    return server.folder;
  }

  /** Goes on at another time of the same database. */
  async at(clock) {
    await this.kill();
    this.clock = clock;
    await this.start();
  }

  /** A settled dossier of a citizen, and its result, which waits at its department. */
  async dossier(code, { phone, item, settled = '2019-06-13T10:00:00+07:00', weight_g = 100 }) {
    await this.ask('PUT', `/v1/dossiers/${code}`, {
      department: 'STP', procedure: null, phone,
      received_at: '2019-06-03T09:00:00+07:00', appointment_at: '2019-06-14T17:00:00+07:00', settled_at: settled,
    });
    if (item) await this.ask('POST', '/v1/items', { code: item, dossier_code: code, from: 'STP', to: { site: 'TTPVHCC' }, ready_at: settled, weight_g });
  }

  constructor(folder) {
    this.folder = folder;
  }

  async start(command = ['serve', '--port', this.port]) {
    const args = ['--database', path.join(this.folder, 'conthoi.sqlite'), ...command, ...(this.clock ? ['--clock', this.clock] : [])];
    const env = { ...process.env, CONTHOI_LOG: 'warn' };
    this.process = spawn(BINARY, args, { cwd: this.folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.said = '';
    this.process.stderr.on('data', (bytes) => (this.said += bytes));
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.ended = ended;
    const found = await until('the server serves', () => {
      if (this.process.exitCode !== null) throw new Error(`it ended: ${this.said}`);
      return /Serving on http:\/\/([^/\s]+)\//.exec(this.said);
    }, 240);
    this.base = `http://${found[1]}`;
    this.port = found[1].split(':')[1];
    if (command[0] === 'demo') {
      const link = await until('the first admin has a link', () => /(\/setup\/\S+)/.exec(this.said));
      this.cookie = await this.#setPassword(link[1]);
    }
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }

  async end() {
    if (this.process.exitCode === null) await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #setPassword(link) {
    const body = new URLSearchParams({ new: PASSWORD, again: PASSWORD });
    const answer = await fetch(new URL(link.replace(/^https?:\/\/[^/]+/, ''), this.base), { method: 'POST', body, redirect: 'manual' });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0];
    if (!cookie) throw new Error(`the link gave no session: ${answer.status} ${await answer.text()}`);
    return cookie;
  }

  /** Asks the API, as the admin unless told otherwise. */
  async ask(method, url, body, headers = { cookie: this.cookie }) {
    const answer = await fetch(this.base + url, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** An account with a password, and the cookie of a session of it. */
  async person(name, role, party = {}) {
    const made = await this.ask('POST', '/v1/accounts', { name, role, ...party });
    return this.#setPassword(made.link.url);
  }

  async enrolment(name = 'Máy thử') {
    return this.ask('POST', '/v1/devices/enrolments', { name });
  }

  async give(deviceName, party) {
    const { devices } = await this.ask('GET', '/v1/devices');
    const device = devices.find((one) => one.name === deviceName && !one.revoked_at);
    await this.ask('POST', `/v1/devices/${device.id}/shift`, party);
    return device.id;
  }
}

/** A Chromium with a profile of its own that outlives it. */
export class Browser {
  static async open({ profile, args = [], size = { width: 360, height: 640 }, shift = 0 } = {}) {
    const browser = new Browser();
    browser.profile = profile ?? (await mkdtemp(path.join(tmpdir(), 'conthoi-chromium-')));
    browser.own = profile === undefined;
    browser.size = size;
    browser.args = args;
    browser.shift = shift;
    await browser.start();
    return browser;
  }

  async start() {
    const port = path.join(this.profile, 'DevToolsActivePort');
    await rm(port, { force: true });
    this.process = spawn(CHROMIUM, [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-default-browser-check',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions', '--disable-dev-shm-usage',
      '--disable-background-timer-throttling', '--mute-audio', '--lang=vi', '--remote-debugging-port=0', `--user-data-dir=${this.profile}`,
      `--window-size=${this.size.width},${this.size.height}`, ...this.args, 'about:blank',
    ], { stdio: 'ignore' });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    const address = await until('Chromium listens', async () => {
      const text = await readFile(port, 'utf8').catch(() => '');
      const [number, socket] = text.trim().split('\n');
      return socket ? `ws://127.0.0.1:${number}${socket}` : null;
    }, 30);
    this.browser = await chromium.connectOverCDP(address);
    this.context = this.browser.contexts()[0];
    this.context.setDefaultTimeout(15_000);
    // The device's clock, where the service's is another than this machine's.
    if (this.shift) {
      await this.context.addInitScript((shift) => {
        const Real = Date;
        window.Date = class extends Real {
          constructor(...given) {
            if (given.length === 0) super(Real.now() + shift);
            else super(...given);
          }
          static now() {
            return Real.now() + shift;
          }
        };
      }, this.shift);
    }
  }

  async page(url, size = this.size) {
    const page = await this.context.newPage();
    await page.setViewportSize(size);
    page.failures = [];
    page.on('pageerror', (error) => page.failures.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text())) page.failures.push(message.text());
    });
    if (url) await page.goto(url);
    return page;
  }

  /** Ends the browser's process without a warning, as a crash or an empty battery does. */
  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
    await this.browser.close().catch(() => undefined);
  }

  async end() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
    if (this.own) {
      // Its children may still be writing.
      await rm(this.profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  }
}

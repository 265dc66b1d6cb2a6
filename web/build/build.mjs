// Builds the pages to dist/, then the courier's service worker, which has to know the names of all of its files.
import { gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');

// The folder's own .gitignore stays.
for (const name of await readdir(dist)) if (name !== '.gitignore') await rm(path.join(dist, name), { recursive: true });
await build({ root, configFile: path.join(root, 'vite.config.ts'), logLevel: 'warn' });

const manifest = JSON.parse(await readFile(path.join(dist, '.vite/manifest.json'), 'utf8'));
await rm(path.join(dist, '.vite'), { recursive: true });

/** The files that a page needs at once (`static`), and those that it may load later. */
function filesOf(entry, later, found = new Set(), seen = new Set()) {
  if (seen.has(entry)) return found;
  seen.add(entry);
  const chunk = manifest[entry];
  found.add('/' + chunk.file);
  for (const file of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) found.add('/' + file);
  for (const next of chunk.imports ?? []) filesOf(next, later, found, seen);
  if (later) for (const next of chunk.dynamicImports ?? []) filesOf(next, later, found, seen);
  return found;
}
const first = filesOf('courier.html', false);
const all = filesOf('courier.html', true);
const html = await readFile(path.join(dist, 'courier.html'));
const needed = ['/courier', '/courier.webmanifest', '/icon.svg', ...first];
const later = [...all].filter((file) => !first.has(file));
const version = createHash('sha256').update(html).update(needed.join()).update(later.join()).digest('hex').slice(0, 12);

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  define: {
    VERSION: JSON.stringify(version),
    NEEDED: JSON.stringify(needed),
    LATER: JSON.stringify(later),
  },
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: ['chrome87', 'safari14', 'firefox90'],
    rollupOptions: {
      input: path.join(root, 'src/pages/courier/worker.ts'),
      output: { entryFileNames: 'courier-sw.js', format: 'iife' },
    },
  },
});

// Packed once here, not at each request.
async function pack(folder) {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if ((await stat(file)).isDirectory()) await pack(file);
    else if (/\.(html|js|css|svg|wasm|json|webmanifest)$/.test(name)) {
      const bytes = await readFile(file);
      const packed = gzipSync(bytes, { level: 9 });
      if (packed.length < bytes.length * 0.95) await writeFile(file + '.gz', packed);
    }
  }
}
await pack(dist);

// What the first load of each page costs, for the tests' budget.
const sizes = {};
for (const page of Object.keys(manifest).filter((name) => name.endsWith('.html'))) {
  let script = 0;
  for (const file of filesOf(page, false)) {
    if (file.endsWith('.js')) script += gzipSync(await readFile(path.join(dist, file)), { level: 9 }).length;
  }
  sizes[page] = script;
}
console.log('compressed script on first load, bytes:', JSON.stringify(sizes));

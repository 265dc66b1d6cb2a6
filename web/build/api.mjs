// Makes the API's types from its description, which the Rust tests keep true to the code.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const snapshot = new URL('../../tests/it/api/snapshots/it__api__openapi__openapi.snap', import.meta.url);
const out = new URL('../src/shared/schema.d.ts', import.meta.url);

const text = await readFile(snapshot, 'utf8');
const description = JSON.parse(text.slice(text.indexOf('\n{')));
const types = '// Made from the API\'s description: do not edit.\n' + astToString(await openapiTS(description));
await mkdir(new URL('.', out), { recursive: true });
const before = await readFile(out, 'utf8').catch(() => '');
if (before !== types) await writeFile(out, types);

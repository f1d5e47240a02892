// @vitest-environment node
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brotliSize } from './precompress.ts';

const limit = 60_000; // bytes over the wire, without the map
let out = '';

beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'onemap-pages-'));
  await build({ logLevel: 'error', build: { outDir: out, emptyOutDir: true } });
}, 120_000);
afterAll(() => rm(out, { recursive: true, force: true }));

describe.each(['report.html', 'receipt.html'])('%s as built', (name) => {
  it('weighs less than 60 kB with its scripts and styles', async () => {
    const html = await readFile(join(out, name), 'utf8');
    const assets = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1] as string);
    expect(assets.some((asset) => asset.endsWith('.js'))).toBe(true);
    expect(assets.some((asset) => asset.endsWith('.css'))).toBe(true);
    const contents = await Promise.all(assets.map((asset) => readFile(join(out, asset))));
    const sizes = await Promise.all([Buffer.from(html), ...contents].map(brotliSize));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThan(limit);
  });

  it('runs nothing inline and asks nobody else', async () => {
    const html = await readFile(join(out, name), 'utf8');
    for (const [, attributes = '', body] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
      expect(attributes.includes('src="/assets/') || attributes.includes('application/json')).toBe(true);
      if (!attributes.includes('application/json')) expect(body).toBe('');
    }
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(html).not.toMatch(/\son\w+="/);
  });

  it('keeps its template actions', async () => {
    expect(await readFile(join(out, name), 'utf8')).toContain('{{$en := eq .Lang `en`}}');
  });
});

it('compressed copies hold the same bytes', async () => {
  const { brotliDecompressSync, gunzipSync } = await import('node:zlib');
  const names = await readdir(join(out, 'assets'));
  const scripts = names.filter((name) => /^report-.*\.(js|css)$/.test(name));
  expect(scripts.length).toBeGreaterThan(1);
  for (const name of scripts) {
    const plain = await readFile(join(out, 'assets', name));
    expect(brotliDecompressSync(await readFile(join(out, 'assets', `${name}.br`))).equals(plain)).toBe(true);
    expect(gunzipSync(await readFile(join(out, 'assets', `${name}.gz`))).equals(plain)).toBe(true);
  }
});

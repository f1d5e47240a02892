import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(js|css|svg|json|wasm|html|map)$/;
// Below this the headers weigh more than what is saved.
const smallest = 512; // bytes

/** Writes a .br and a .gz beside every compressible file under /assets, so the server only has to choose. */
export function precompress(): Plugin {
  let out = 'dist';
  return {
    name: 'onemap-precompress',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir;
    },
    async closeBundle() {
      const folder = join(out, 'assets');
      const names = await readdir(folder).catch(() => []);
      await Promise.all(
        names.filter((name) => compressible.test(name)).map((name) => squeeze(join(folder, name))),
      );
    },
  };
}

/** Size in bytes that a browser accepting brotli receives for this content. */
export async function brotliSize(content: Uint8Array): Promise<number> {
  return (await brotli(content)).byteLength;
}

async function squeeze(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.byteLength < smallest) return;
  await writeFile(`${file}.br`, await brotli(content));
  await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
}

function brotli(content: Uint8Array): Promise<Buffer> {
  return promisify(brotliCompress)(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
    },
  });
}

/** The build empties its folder; the Go package that embeds it needs the folder in a fresh clone, so one file stays. */
export function keepFolder(): Plugin {
  let out = 'dist';
  return {
    name: 'onemap-keep-folder',
    apply: 'build',
    configResolved(config) {
      out = config.build.outDir;
    },
    async closeBundle() {
      await mkdir(out, { recursive: true });
      await writeFile(join(out, '.gitkeep'), '');
    },
  };
}

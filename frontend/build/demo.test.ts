// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withBanner } from './demo.ts';

const root = new URL('../', import.meta.url);
const pages = readdirSync(root).filter((name) => name.endsWith('.html'));

it('stands first on every page, in both languages, under the condition of a demo', () => {
  expect(pages.length).toBeGreaterThanOrEqual(8);
  for (const name of pages) {
    const page = withBanner(readFileSync(new URL(name, root), 'utf8'));
    expect(page, name).toMatch(
      /<body>\s*\{\{if \.Demo\}\}<aside class="demo-town"[^>]*>[^{]*请勿填写真实信息[^{]*enter nothing real[^{]*<\/aside>\{\{end\}\}/,
    );
  }
});

it('stops the build of a page that has no place for it', () => {
  expect(() => withBanner('<main></main>')).toThrow('<body>');
});

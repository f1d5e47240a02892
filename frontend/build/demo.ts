import type { Plugin } from 'vite';

/**
 * What a demo town says on each of its pages, in both languages at once: it must be read before anything else is. A
 * phone, where it must not push the page down, shows the reader's (base/tokens.css).
 */
const banner =
  '{{if .Demo}}<aside class="demo-town" aria-label="演示 Demo"><b lang="zh-CN">演示城镇，人人可进，请勿填写真实信息</b> <span lang="en">Demo town, open to everybody; enter nothing real</span></aside>{{end}}';

/** Puts the banner first into the body of every page; the server shows it with --demo. */
export function demoBanner(): Plugin {
  return {
    name: 'onemap-demo-banner',
    apply: 'build',
    transformIndexHtml: { order: 'pre', handler: withBanner },
  };
}

export function withBanner(html: string): string {
  if (!html.includes('<body>')) throw new Error('demo banner: the page has no <body>');
  return html.replace('<body>', `<body>\n    ${banner}`);
}

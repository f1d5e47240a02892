import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

// The only file, with the drivers, that knows the browser tool.
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export const sizes = {
  phone: { width: 390, height: 844 },
  small: { width: 320, height: 568 },
  desk: { width: 1366, height: 768 },
  wide: { width: 1440, height: 900 },
  wall: { width: 3840, height: 2160 },
};

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.ONEMAP_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
      // The pages are put together without the graphics card that is not there: only the maps pay for one in software.
      '--disable-gpu-compositing',
      // No name leads off this machine.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

/**
 * One visitor with a browser of their own. Every request is looked at: what would leave the server's origin is
 * remembered as a fault, as are errors on the page and breaches of the content security policy. Requests are not
 * held back for that (`also` is one more origin that the spec leads to): a browser that is asked to do so keeps nothing, and would read every script anew on each page.
 * Maps are drawn with a quarter of the pixels unless the spec is `sharp`; their layout and all else stay the same.
 */
export async function visitor(browser, origin, options = {}) {
  const { size = 'phone', javaScript = true, axe = false, sharp = false, at, clock, also } = options;
  const context = await browser.newContext({
    baseURL: origin,
    viewport: sizes[size],
    hasTouch: size === 'phone' || size === 'small',
    isMobile: size === 'phone' || size === 'small',
    javaScriptEnabled: javaScript,
    bypassCSP: axe, // axe is injected as a script, which the policy rightly forbids
    locale: 'zh-CN',
    reducedMotion: 'reduce',
    ...(clock ? { timezoneId: clock } : {}),
    ...(at ? { geolocation: { longitude: at[0], latitude: at[1] }, permissions: ['geolocation'] } : {}),
  });
  const faults = [];
  const seen = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(blob|data):$/.test(url.protocol)) return;
    seen.push(url.href);
    if (url.origin !== origin && url.origin !== also)
      faults.push(`a request would leave the server: ${url.href}`);
  });
  await context.exposeFunction('policyBroken', (words) => faults.push(`content security policy: ${words}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event;
      globalThis.policyBroken(
        `${effectiveDirective} ${blockedURI} ${sample} at ${sourceFile}:${lineNumber} in ${location.pathname}`,
      );
    });
  });
  if (!sharp) {
    await context.addInitScript(() => {
      Object.defineProperty(globalThis, 'devicePixelRatio', { get: () => 0.5 });
    });
  }
  const page = await context.newPage();
  page.setDefaultTimeout(60_000); // as long as a busy machine may need; who waits for an event loses no time by it
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
  // What fails to load is the business of the specs, which take the server away and are refused on purpose.
  page.on('console', (message) => {
    if (message.type() === 'error' && !/^Failed to load resource/.test(message.text())) {
      faults.push(`console: ${message.text()} at ${page.url()}`);
    }
  });
  return { context, page, faults, seen };
}

/** What axe has to say against the page as it stands, one line for each rule; empty when all is well. */
export async function accessibility(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await readFile(axeFile, 'utf8'));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run({ runOnly, resultTypes: ['violations'] }),
    tags,
  );
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} at ${nodes.map((node) => node.target).join(' ')}`,
  );
}

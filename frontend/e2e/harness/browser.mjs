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
    ],
  });
}

/**
 * One visitor with a browser of their own. Every request is looked at: what would leave the server's origin is
 * stopped and remembered, as are errors on the page and breaches of the content security policy.
 */
export async function visitor(browser, origin, options = {}) {
  const { size = 'phone', javaScript = true, axe = false, at, clock } = options;
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
  await context.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    seen.push(url.href);
    if (url.origin === origin) return route.continue();
    faults.push(`a request would leave the server: ${url.href}`);
    return route.abort();
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
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
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
  await page.evaluate(await readFile(axeFile, 'utf8'));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run({ runOnly, resultTypes: ['violations'] }),
    tags,
  );
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help} at ${nodes.map((node) => node.target).join(' ')}`,
  );
}

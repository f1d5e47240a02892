import { sizes } from '../harness/browser.mjs';
import { Desk } from './desk.mjs';

/** The command centre on a screen, as somebody of the staff sees and uses it. */
export class Screen {
  constructor({ page, context }, origin) {
    this.page = page;
    this.context = context;
    this.origin = origin;
  }

  /** Comes in with a session already there, and waits until list and feed are. */
  async enter(login, query = '') {
    const desk = new Desk(this.origin);
    await desk.signIn(login);
    await desk.enter(this.context);
    await this.open(query);
  }

  async open(query = '') {
    await this.page.goto(`/command${query}`);
    await this.listed();
    await this.live();
  }

  /** The list has come, be it empty, or behind the case on a phone. */
  async listed() {
    await this.page.locator('#queue-list[aria-busy="false"]').waitFor({ state: 'attached' });
  }

  async live() {
    await this.page.locator('.badge.live').waitFor({ state: 'attached' });
  }

  row(id) {
    return this.page.locator(`#queue-list [data-id="${id}"]`);
  }

  /** The rows from the top: {id, state}. */
  rows() {
    return this.page
      .locator('#queue-list [data-id]')
      .evaluateAll((all) => all.map(({ dataset }) => ({ id: dataset.id, state: dataset.state })));
  }

  /** Which row is the open one; null for none. */
  async picked() {
    const on = this.page.locator('#queue-list [data-id][aria-current="true"]');
    return (await on.count()) ? on.getAttribute('data-id') : null;
  }

  async pick(id) {
    await this.row(id).click();
    await this.opened();
  }

  /** The panel shows a case, with what may be done. */
  async opened() {
    await this.panel().locator('.history li').first().waitFor();
  }

  panel() {
    return this.page.locator('aside.panel');
  }

  /** The newest line of the case's history has these words. */
  async lastStep(words) {
    await this.panel().locator('.history li').first().getByText(words, { exact: true }).waitFor();
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  action(words) {
    return this.panel().locator('.actions .btn', { hasText: words });
  }

  note() {
    return this.panel().locator('.actions textarea');
  }

  async chooseDepartment(code) {
    await this.panel().locator('.actions select').selectOption(code);
  }

  searchBox() {
    return this.page.locator('input[role="combobox"]');
  }

  /** Types into the search and goes with Enter: to the first that is offered, or down to the one with this title. */
  async find(words, title) {
    const { page } = this;
    await page.keyboard.press('/');
    await this.searchBox().fill(words);
    await page
      .locator('.search')
      .getByText(/^找到 [1-9]/)
      .waitFor({ state: 'attached' });
    const titles = await page.getByRole('option').locator('b').allInnerTexts();
    const at = title ? titles.indexOf(title) : 0;
    if (at < 0) throw new Error(`${title} is not among ${titles.join(', ')}`);
    for (let i = 0; i < at; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  }

  /** Asks with the right button what is at a place, and gives the card once it tells of an object. */
  async askAt(place, id) {
    const { page } = this;
    const at = await page.evaluate((lonLat) => {
      const { map } = globalThis.__onemap;
      const { left, top } = map.getCanvas().getBoundingClientRect();
      const { x, y } = map.project(lonLat);
      return [left + x, top + y];
    }, place);
    await page.mouse.click(...at, { button: 'right' });
    const card = page.locator('.card', { hasText: '这里有什么' });
    await card.locator(`[data-id="${id}"]`).waitFor();
    return card;
  }

  /** The state the map has for a case where it lies alone (zoom 15 and closer), as often as it is drawn. */
  drawn(id) {
    return this.page.evaluate(
      (wanted) =>
        globalThis.__onemap.map
          .queryRenderedFeatures({ layers: ['cases-point'] })
          .filter(({ properties }) => properties.id === wanted)
          .map(({ properties }) => properties.state),
      id,
    );
  }

  /** Waits until the map draws the case, and draws it in this state only. */
  async drawnAs(id, state) {
    await this.page.waitForFunction(
      ([wanted, expected]) => {
        const found = globalThis.__onemap.map
          .queryRenderedFeatures({ layers: ['cases-point'] })
          .filter(({ properties }) => properties.id === wanted);
        return found.length > 0 && found.every(({ properties }) => properties.state === expected);
      },
      [id, state],
      { polling: 100 },
    );
  }

  /** The engine has drawn all it was asked to draw. */
  async rested() {
    await this.page.waitForFunction(
      () => {
        const map = globalThis.__onemap?.map;
        return map?.loaded() && !map.isMoving();
      },
      undefined,
      { polling: 100 },
    );
  }

  centre() {
    return this.page.evaluate(() => globalThis.__onemap.map.getCenter().toArray());
  }

  async centreIs([lon, lat]) {
    await this.page.waitForFunction(
      ([x, y]) => {
        const centre = globalThis.__onemap.map.getCenter();
        return Math.abs(centre.lng - x) < 2e-4 && Math.abs(centre.lat - y) < 2e-4;
      },
      [lon, lat],
      { polling: 100 },
    );
  }

  async lookAt([lon, lat], zoom = 17) {
    await this.page.evaluate(
      ([center, to]) => globalThis.__onemap.map.jumpTo({ center, zoom: to }),
      [[lon, lat], zoom],
    );
  }

  theme() {
    return this.page.locator('html').getAttribute('data-theme');
  }

  language() {
    return this.page.locator('html').getAttribute('lang');
  }

  /**
   * The page's own words: buttons, titles, labels and hints that can be seen, without what comes from the data (names,
   * places, numbers) and without keys.
   */
  chrome() {
    return this.page.evaluate(() => {
      const parts = 'button, a, h1, h2, h3, legend, label, dt, option, [placeholder]';
      const data = '.row, .me, .one, .earlier, dd, aside h2, .maplibregl-ctrl, option[value]:not([value=""])';
      const found = new Set();
      for (const element of document.querySelectorAll(parts)) {
        if (element.closest(data) || !element.checkVisibility()) continue;
        const bare = element.cloneNode(true);
        for (const key of bare.querySelectorAll('kbd, svg, select, h1 small')) key.remove();
        if (bare.tagName === 'H1') for (const small of bare.querySelectorAll('small')) small.remove();
        const said = [
          bare.textContent,
          element.getAttribute('aria-label'),
          element.getAttribute('placeholder'),
        ];
        for (const words of said) if (words?.trim()) found.add(words.trim());
      }
      return [...found];
    });
  }
}

/** The page has been put together anew after what was changed: media queries, and the map's own sizing. */
export function laidOut(page) {
  return page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
}

/** What does not fit the window when it has each of these sizes; it is then as large as before. */
export async function overflowAt(page, ...names) {
  const before = page.viewportSize();
  const found = [];
  for (const name of names) {
    await page.setViewportSize(sizes[name]);
    await laidOut(page);
    for (const one of await overflow(page)) found.push(`${name}: ${one}`);
  }
  await page.setViewportSize(before);
  return found;
}

/**
 * What does not fit the window: the page as a whole, and every control that lies beside it, unless it can be scrolled
 * to or stands in something folded.
 */
export function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide in ${clientWidth}`] : [];
    const scrolls = (element) => {
      for (let up = element.parentElement; up; up = up.parentElement)
        if (/auto|scroll/.test(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth)
          return true;
      return false;
    };
    for (const element of document.querySelectorAll('button, a[href], input, select, textarea')) {
      if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
      const { left, right, width } = element.getBoundingClientRect();
      // What lies wholly to the left is a link to skip with, shown when it has the focus.
      if (width < 2 || right <= 0 || (left >= -1 && right <= innerWidth + 1) || scrolls(element)) continue;
      const name = element.getAttribute('aria-label') ?? element.textContent ?? element.tagName;
      found.push(`${name.trim().slice(0, 30)}: ${Math.round(left)} to ${Math.round(right)} of ${innerWidth}`);
    }
    return found;
  });
}

import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { Screen } from '../drivers/screen.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';

// The strip of time below the map: a window on it narrows list and map, by keyboard too, and stands in the address.

const desk = { size: 'desk' };

/** The window in the address, ms; null for none, an open end for now. */
function windowOf(page) {
  const text = new URL(page.url()).searchParams.get('t');
  if (!text) return null;
  const [from, to] = text.split('~');
  return { from: Date.parse(from), to: to ? Date.parse(to) : null };
}

async function followed(screen, origin, login) {
  const { page } = screen;
  const at = windowOf(page);
  const staff = new Desk(origin);
  await staff.signIn(login);
  const since = at ? `&since=${new Date(at.from).toISOString()}` : '';
  const until = at?.to ? `&until=${new Date(at.to).toISOString()}` : '';
  const rows = await staff.cases(`${since}${until}`);
  await page.waitForFunction(
    (ids) =>
      [...document.querySelectorAll('#queue-list [data-id]')]
        .map((row) => row.dataset.id)
        .slice(0, 10)
        .join() === ids,
    rows
      .slice(0, 10)
      .map((row) => row.id)
      .join(),
  );
}

const keyboard = spec(
  'a window is picked on the time strip by keyboard; list and address follow, and a link shows the same',
  desk,
  async (world) => {
    const { given, when, then, origin } = world;
    const screen = new Screen(world, origin);
    const { page } = screen;
    const slider = (name) => page.getByRole('slider', { name, exact: true });
    const begin = slider('开始时间');
    const end = slider('结束时间');
    await given('an operator who looks at all cases', async () => {
      await screen.enter('operator', '?tab=all');
      await begin.waitFor();
    });
    const before = Number(await begin.getAttribute('aria-valuemax'));

    await when('they move its beginning on by ten stretches and its end back by one', async () => {
      await begin.focus();
      await screen.press('PageUp');
      await end.focus();
      await screen.press('ArrowLeft');
    });
    await then('the window stands in the address and is said', async () => {
      const at = windowOf(page);
      assert.ok(at?.to && at.from < at.to, page.url());
      assert.equal(await begin.getAttribute('aria-valuenow'), '10');
      assert.equal(await end.getAttribute('aria-valuenow'), String(before - 1));
      await page.locator('.strip output.picked').waitFor();
    });
    await then('the list has what was reported within it', () => followed(screen, origin, 'operator'));

    const link = page.url();
    await when('somebody opens the link', () => screen.open(new URL(link).search));
    await then('the same window is picked', async () => {
      assert.deepEqual(windowOf(page), windowOf({ url: () => link }));
      assert.equal(await begin.getAttribute('aria-valuenow'), '10');
      await followed(screen, origin, 'operator');
    });
    await when('they choose the last 7 days instead', () =>
      Promise.all([
        page.waitForResponse((answer) => answer.url().includes('/cases/times') && answer.ok()),
        page.locator('.strip .spans').getByRole('button', { name: '7 天', exact: true }).click(),
      ]),
    );
    await then('the window is gone and the span stands in the address', async () => {
      await page.waitForFunction(() => new URL(location.href).searchParams.get('time') === '7d');
      assert.equal(windowOf(page), null);
    });
    await when('they take its end all the way back with Home', async () => {
      await end.focus();
      await screen.press('Home');
    });
    await then('one stretch stays', async () => {
      assert.equal(await end.getAttribute('aria-valuenow'), '1');
      assert.equal(await begin.getAttribute('aria-valuenow'), '0');
    });
    await when('they let go of it', () => page.locator('.strip .clear').click());
    await then('no window stands in the address', async () => {
      await page.locator('.strip .window').waitFor({ state: 'detached' });
      assert.equal(windowOf(page), null);
    });
  },
);

/** A moment as the city's clocks show it: 2026-11-22 08:00, with seconds if wanted. */
function inCity(at, timeZone, timeStyle = 'short') {
  return new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle }).format(new Date(at));
}

const away = spec(
  'far from the city the time strip shows the city’s own time, and axe finds nothing on it',
  { size: 'desk', axe: true, clock: 'America/New_York' },
  async (world) => {
    const { when, then, origin, page } = world;
    const screen = new Screen(world, origin);
    let first;
    let zone;
    await when('an operator looks at the last 24 hours', async () => {
      const [answer] = await Promise.all([
        page.waitForResponse((one) => one.url().includes('/cases/times') && one.ok()),
        screen.enter('operator', '?tab=all&time=24h'),
      ]);
      first = (await answer.json()).buckets[0].at;
    });
    await then('the strip begins at the hour on the city’s clock', async () => {
      zone = await page.locator('html').getAttribute('data-zone');
      const shown = await page.locator('.strip .scale span').first().innerText();
      assert.equal(shown, inCity(first, zone).replace(' 00:00', ''));
    });
    await then('a case of the list tells its time on the same clock', async () => {
      const staff = new Desk(origin);
      await staff.signIn('operator');
      const [{ id }] = await screen.rows();
      const row = (await staff.cases()).find((one) => one.id === id);
      const times = [row.created_at, row.updated_at, row.due_at].map(
        (at) => at && inCity(at, zone, 'medium'),
      );
      const shown = await screen.row(id).locator('.when em').getAttribute('title');
      assert.ok(times.includes(shown), `${shown} is none of ${times}`);
    });
    await then('axe finds nothing, with a window picked', async () => {
      await page.getByRole('slider', { name: '开始时间' }).press('PageUp');
      await page.locator('.strip output.picked').waitFor();
      assert.deepEqual(await accessibility(page), []);
    });
  },
);

export default [keyboard, away];

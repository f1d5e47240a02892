import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Keeper } from '../drivers/keeper.mjs';
import { spec } from '../harness/spec.mjs';

// Who moved in and out: the figures are the server's, by period, by community and as a file.

const sum = (items, side) => items.reduce((n, one) => n + one[side], 0);
const digits = (text) => Number(text.replaceAll('−', '-').replace(/[^\d-]/g, ''));

const flows = spec('a registrar reads who moved in and out, by period and community', {}, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  const shown = (which) => page.locator(`[data-sum="${which}"] dd`).innerText();
  const answered = (act, asked = '') =>
    Promise.all([
      page.waitForResponse((one) => one.url().includes('/api/v1/flows?') && one.url().includes(asked)),
      act(),
    ]).then(async ([one]) => (await one.json()).items);
  let items;

  await when('they choose the tab by keyboard', async () => {
    await keeper.enter('registrar', '/admin?tab=people');
    await page.getByRole('tab', { name: '流入流出' }).focus();
    items = await answered(() => page.keyboard.press('Enter'));
  });
  await then('the sums are those of the last 30 days', async () => {
    await page.locator('[data-sum="in"]').waitFor();
    assert.ok(sum(items, 'in') > 0, 'the town stands still');
    assert.equal(digits(await shown('in')), sum(items, 'in'));
    assert.equal(digits(await shown('out')), sum(items, 'out'));
    assert.equal(digits(await shown('net')), sum(items, 'in') - sum(items, 'out'));
    assert.equal(
      await page.locator('[data-community]').count(),
      new Set(items.map((one) => one.community)).size,
    );
  });
  await when("they count by today's grids", async () => {
    items = await answered(
      () => page.getByRole('button', { name: '现在的网格', exact: true }).click(),
      'grids=today',
    );
  });
  await then('the same moves are there, in the communities of today', async () => {
    await page.getByRole('button', { name: '现在的网格', pressed: true }).waitFor();
    assert.equal(digits(await shown('in')), sum(items, 'in'));
    await answered(() => page.getByRole('button', { name: '当时的网格', exact: true }).click(), 'grids=then');
  });
  await when('they ask for other days', async () => {
    await page.getByLabel('到', { exact: true }).fill('2026-03-01');
    items = await answered(
      () => page.getByLabel('从', { exact: true }).fill('2026-01-01'),
      'since=2026-01-01&until=2026-03-01',
    );
  });
  await then('sums and address follow', async () => {
    await page.waitForFunction(
      (n) => document.querySelector('[data-sum="in"] dd')?.textContent.replace(/\D/g, '') === String(n),
      sum(items, 'in'),
    );
    assert.match(page.url(), /f\.since=2026-01-01&f\.until=2026-03-01/);
  });
  await then('the file has every line, with names', async () => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '导出 CSV' }).click(),
    ]);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
    assert.equal(lines.length, items.length + 1);
    assert.match(lines[1], /^2026-01-\d\d,\d{12},[^,]*社区,\d+,\d+$/);
  });
  await when('they choose a community', async () => {
    const row = page.locator('[data-community]').first();
    const code = await row.getAttribute('data-community');
    items = await answered(() => row.getByRole('button').click());
    assert.match(page.url(), new RegExp(`region=${code}`));
  });
  await then('only it is counted', () =>
    page.waitForFunction(() => document.querySelectorAll('[data-community]').length === 1),
  );
  await when('there is nothing in a period', () =>
    page.goto('/admin?tab=flows&f.since=1950-01-01&f.until=1950-01-02'),
  );
  await then('a sentence says so', () => page.getByText('这段时间没有迁入、迁出登记').waitFor());
});

export default [flows];

import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { spec } from '../harness/spec.mjs';

// Who keeps the records of a city sees what becomes of those of people who have left.

const leaving = spec('who leaves is counted until their time is over', { size: 'wide' }, async (world) => {
  const { given, when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  const kept = () =>
    page
      .locator('[data-sum="kept"]')
      .innerText()
      .then((text) => Number(text.replace(/\D/g, '')));
  let before = 0;
  await given('the rule and how many there are', async () => {
    await keeper.enter('administrator', '/admin?section=retention');
    await page.getByText('记录再保存 24 个月').waitFor();
    before = await kept();
  });
  await when('somebody has moved away', async () => {
    const status = await page.evaluate(async () => {
      const { items } = await (await fetch('/api/v1/people?limit=20')).json();
      const headers = { 'Content-Type': 'application/json', 'X-Purpose': 'moved' };
      const on = new Date().toISOString().slice(0, 10);
      const body = JSON.stringify({ on, why: 'moved' });
      return (await fetch(`/api/v1/people/${items.at(-1).id}/leave`, { method: 'POST', headers, body }))
        .status;
    });
    assert.equal(status, 200);
    await page.reload();
  });
  await then('they are counted where they lived, and a day is told', async () => {
    await page.locator('[data-sum="kept"]').waitFor();
    assert.equal(await kept(), before + 1);
    const rows = page.locator('tr[data-code]');
    const each = await rows.evaluateAll((all) => all.map((row) => Number(row.cells[3].textContent)));
    assert.equal(
      each.reduce((n, one) => n + one, 0),
      before + 1,
    );
    await page.locator('section', { hasText: '以后到期' }).locator('tbody tr').first().waitFor();
    await page.getByRole('button', { name: '按街道' }).click();
    await page.locator('tr[data-code]', { hasText: '街道' }).first().waitFor();
  });
  await when('the records are asked for', () => page.getByRole('button', { name: '看这些记录' }).click());
  await then('the register lists who has left', async () => {
    await keeper.listed();
    assert.equal(await keeper.rows().count(), Math.min(before + 1, 50));
  });
  await then('who keeps no register is told whom to ask', async () => {
    await keeper.enter('worker', '/admin?section=retention');
    await page.getByText('由全市的信息采集员和管理员查看').waitFor();
    assert.equal(await keeper.section('保存期限').count(), 0);
  });
});

export default [leaving];

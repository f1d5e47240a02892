import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { spec } from '../harness/spec.mjs';

// Whoever reads the log chooses whose entries: from the accounts they administer, or from those it has just shown.

const whose = (login) =>
  spec(`the ${login} chooses whose entries the log shows`, { size: 'wide' }, async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const field = page.getByLabel('谁', { exact: true });
    let named = '';
    await given('the log, in which somebody signed in', async () => {
      await keeper.desk.signIn('planner');
      await keeper.enter(login, '/admin?section=audit');
      await page.locator('tr[data-action="sign-in"]').first().waitFor();
    });
    await when('the field is opened', () => field.click());
    await then('it offers accounts by name', async () => {
      const planner = page.locator('datalist option[value="planner"]');
      await planner.waitFor({ state: 'attached' });
      named = await planner.textContent();
      assert.notEqual(named, 'planner');
    });
    await when('one of them is chosen by name', async () => {
      await field.fill(named);
      await field.press('Enter');
    });
    await then('only theirs are listed, and the address says so', async () => {
      await page.waitForURL(/f\.actor=planner/);
      await page.waitForFunction((name) => {
        const who = [...document.querySelectorAll('tr[data-action] td:nth-child(2)')];
        return who.length > 0 && who.every((one) => one.textContent === name);
      }, named);
    });
  });

export default [whose('auditor'), whose('administrator')];

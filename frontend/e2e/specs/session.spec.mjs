import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { spec } from '../harness/spec.mjs';

// A session that somebody else holds ends when its owner ends it from another device.

const remote = spec(
  'a session that is ended from another device is refused at once',
  { size: 'desk' },
  async (world) => {
    const { given, when, then, origin, page, open } = world;
    const stolen = await open();
    const login = 'worker';
    await given('somebody is signed in elsewhere and reads', async () => {
      const data = { login, password: 'onemap-demo' };
      assert.ok((await stolen.context.request.post('/api/v1/session', { data })).ok());
      await stolen.page.goto('/admin?tab=buildings');
      await stolen.page.locator('#registry-list tbody tr').first().waitFor();
    });
    await when('the owner looks at their devices and ends that one', async () => {
      const keeper = new Keeper(world, origin);
      await keeper.desk.signIn(login);
      await keeper.desk.enter(world.context);
      await page.goto('/account');
      const other = page.getByRole('button', { name: /^退出 .*Chrome/ });
      await other.first().waitFor();
      for (let left = await other.count(); left > 0; left--) {
        await other.first().click();
        await page.waitForFunction(
          (n) =>
            [...document.querySelectorAll('button[aria-label]')].filter((one) =>
              /^退出 .*Chrome/.test(one.ariaLabel),
            ).length === n,
          left - 1,
        );
      }
    });
    await then('the next request of the other is refused, and the page asks to sign in', async () => {
      const [answer] = await Promise.all([
        stolen.page.waitForResponse((one) => one.url().includes('/api/v1/people')),
        stolen.page.getByRole('tab', { name: '人口', exact: true }).click(),
      ]);
      assert.equal(answer.status(), 401);
      await stolen.page.locator('input[type=password]').waitFor();
      assert.equal(await stolen.page.locator('.admin').count(), 0);
      assert.equal((await stolen.context.request.get('/api/v1/session')).status(), 401);
    });
    await then('a page opened anew shows nothing either', async () => {
      await stolen.page.reload();
      await stolen.page.locator('input[type=password]').waitFor();
    });
    await then('the owner goes on as before', async () => {
      await page.goto('/admin?tab=people');
      await page.locator('#registry-list tbody tr').first().waitFor();
    });
  },
);

export default [remote];

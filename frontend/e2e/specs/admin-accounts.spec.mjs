import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';

// People and roles: an account is made and invited, given a role, refused what is mightier, and the log shows it.

const journey = spec(
  'an administrator makes an account, gives a role and ends it; the log shows it',
  { size: 'wide', axe: true },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const login = `li.lei-${Date.now().toString(36)}`;
    const panel = page.locator('.account-panel');

    await given('the administrator looks at the accounts', async () => {
      await keeper.enter('administrator', '/admin?section=accounts');
      await page.locator('tr[data-login="operator"]').waitFor();
    });
    await then('axe finds nothing', async () => assert.deepEqual(await accessibility(page), []));
    await when('they make an account', async () => {
      await page.getByRole('button', { name: '新建账号' }).click();
      await page.getByLabel('用户名 *').fill(login);
      await page.getByLabel('姓名 *').fill('李雷');
      await page.locator('form button[type=submit]').click();
    });
    await then('it waits for its owner, and the link is shown this once', async () => {
      await panel.getByText('待启用').first().waitFor();
      assert.match(await panel.getByRole('textbox', { name: '一次性链接' }).inputValue(), /\/link#.{20,}$/);
      await panel.getByRole('button', { name: '已收好' }).click();
    });
    await when('they give it a role', async () => {
      await panel.getByRole('button', { name: '授予角色' }).click();
      await panel.locator('form.give select').first().selectOption('worker');
      await panel.getByLabel('事由').fill('新到岗');
      await panel.getByRole('button', { name: '授予', exact: true }).click();
    });
    await then('it holds the role', () =>
      panel.locator('[data-role="worker"][data-state="valid"]').waitFor(),
    );
    await then('what is above their own area is refused', async () => {
      const id = new URL(page.url()).searchParams.get('id');
      const refused = await page.evaluate(async (account) => {
        const answer = await fetch(`/api/v1/accounts/${account}/grants`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ role: 'administrator', scope: '' }),
        });
        return [answer.status, (await answer.json()).code];
      }, id);
      assert.deepEqual(refused, [403, 'grant.beyond']);
    });
    await when('they end it', async () => {
      await panel.getByRole('button', { name: '结束…' }).click();
      await panel.getByRole('button', { name: '结束授权' }).click();
    });
    await then('it is gone, and can be given again', async () => {
      await panel.getByText('已结束网格员').waitFor();
      await panel.locator('[data-role="worker"]').waitFor({ state: 'detached' });
      await panel.getByRole('button', { name: '重新授予' }).waitFor();
    });
    await when('they look at the log', () => page.goto('/admin?section=audit&f.action=end-grant'));
    await then('it tells of the ending, and axe finds nothing', async () => {
      await page.locator('tr[data-action="end-grant"]').first().waitFor();
      assert.deepEqual(await accessibility(page), []);
    });
  },
);

export default [journey];

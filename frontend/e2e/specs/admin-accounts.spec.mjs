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

const byKeys = spec('a role is given and ended without a mouse', { size: 'desk' }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  const panel = page.locator('.account-panel');
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return (
        at?.getAttribute('aria-label') ??
        at?.closest('label')?.firstChild?.textContent?.trim() ??
        at?.textContent?.trim()
      );
    });
  const reach = async (words, key = 'Tab', most = 60) => {
    for (let i = 0; i < most; i++) {
      if ((await focused())?.startsWith(words)) return;
      await page.keyboard.press(key);
    }
    assert.fail(`${words} is not reached by ${key}; the focus is on ${await focused()}`);
  };
  await when('they go through the list with the arrows and open the planner', async () => {
    await keeper.enter('administrator', '/admin?section=accounts');
    await page.locator('tr[data-login="planner"]').waitFor();
    await reach('演示·坐席');
    await reach('演示·规划', 'ArrowDown', 20);
    await keeper.press('Enter');
    await panel.getByRole('heading', { name: '演示·规划' }).waitFor();
  });
  await when('they give the role of a leader on a part of the city, chosen on the tree', async () => {
    await reach('授予角色');
    await keeper.press('Enter');
    await panel.locator('form.give').waitFor();
    await keeper.press('Enter'); // the place is where the form begins
    await panel.locator('[role=treeitem]:focus').waitFor();
    await keeper.press('ArrowRight');
    await panel.locator('[role=treeitem]').nth(1).waitFor();
    await keeper.press('ArrowRight', 'Enter');
    await reach('角色');
    await keeper.press('End'); // the last one is the leader's
    await reach('事由');
    await page.keyboard.type('键盘');
    await keeper.press('Enter');
  });
  await then('the account holds it there', async () => {
    await panel.locator('[data-role="leader"][data-state="valid"]').waitFor();
    assert.doesNotMatch(await panel.locator('[data-role="leader"]').innerText(), /青禾市/);
  });
  await when('they end it', async () => {
    await panel.locator('[data-role="leader"] .end').focus();
    await keeper.press('Enter');
    await reach('事由');
    await page.keyboard.type('试过了');
    await keeper.press('Enter');
  });
  await then('it is over', () => panel.locator('[data-role="leader"]').waitFor({ state: 'detached' }));
});

export default [journey, byKeys];

import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { spec } from '../harness/spec.mjs';

// What an administrator of the whole city sets is in force at once, and can be taken back.

const contact = spec(
  'an administrator sets the contact line without a mouse; residents read it at once',
  { size: 'desk' },
  async (world) => {
    const { when, then, origin, page, open } = world;
    const keeper = new Keeper(world, origin);
    const line = page.locator('[data-setting="contact"]');
    const words = `热线 ${Date.now() % 1_000_000}`;
    const resident = await open({ size: 'phone' });
    const read = async (address) => {
      await resident.page.goto(address);
      const foot = resident.page.locator('footer.contact');
      return (await foot.count()) ? foot.innerText() : '';
    };
    await when('they go to the line by keyboard and write it', async () => {
      await keeper.enter('administrator', '/admin?section=settings');
      await line.getByRole('button', { name: '修改 居民联系方式' }).focus();
      await keeper.press('Enter');
      await page.keyboard.press('Control+A');
      await page.keyboard.type(words);
      await keeper.press('Enter');
    });
    await then('it is told who changed what, and what was before', async () => {
      await page.getByText('“居民联系方式”已保存。').waitFor();
      await line.getByText(words, { exact: true }).waitFor();
      assert.match(await line.innerText(), /演示·管理员 于 .*修改，原为/);
      assert.equal(await line.getAttribute('data-source'), 'set');
    });
    await then('the report page carries it', async () => assert.equal(await read('/report'), words));
    await when('they take it back', () => line.getByRole('button', { name: /^改回/ }).click());
    await then('it is gone from the report page', async () => {
      await line.locator('.now', { hasNotText: words }).waitFor();
      assert.notEqual(await read('/report'), words);
    });
    await when('a number is beyond its limits', async () => {
      const idle = page.locator('[data-setting="idle_minutes"]');
      await idle.getByRole('button').first().click();
      await idle.locator('input').evaluate((field) => {
        field.removeAttribute('max');
        field.value = '100000';
        field.dispatchEvent(new Event('input'));
      });
      await idle.getByRole('button', { name: '保存' }).click();
    });
    await then('the page says which it takes, and nothing is set', async () => {
      await page.getByText('请填 5 到 720 之间的整数').waitFor();
      await page.locator('[data-setting="idle_minutes"][data-source="default"]').waitFor();
    });
    await when('somebody who administers nothing opens it', () =>
      keeper.enter('registrar', '/admin?section=settings'),
    );
    await then('a sentence says who does it', () => page.getByText('设置由全市的管理员修改').waitFor());
  },
);

export default [contact];

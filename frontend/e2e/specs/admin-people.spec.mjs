import assert from 'node:assert/strict';
import { Keeper } from '../drivers/keeper.mjs';
import { overflow } from '../drivers/screen.mjs';
import { accessibility } from '../harness/browser.mjs';
import { spec } from '../harness/spec.mjs';

// A named person's record: opened for a purpose that is said once, and answered for afterwards.

const person = '.record .person';

const purpose = spec(
  'a record is opened for a purpose, which is asked once',
  { size: 'wide' },
  async (world) => {
    const { when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const asked = page.getByLabel('为什么打开这份记录？');
    const sent = [];
    page.on('request', (one) => {
      if (/\/api\/v1\/people\/[0-9a-f-]{36}$/.test(one.url()))
        sent.push(decodeURIComponent(one.headers()['x-purpose'] ?? ''));
    });
    const opened = () => page.locator(`${person} .reveal`).waitFor();

    await keeper.enter('registrar', '/admin?tab=people');
    await keeper.listed();
    await when('somebody is chosen from the list', () => keeper.rows().nth(0).locator('button.pick').click());
    await then('the purpose is asked before anything is read', async () => {
      await asked.waitFor();
      assert.deepEqual(sent, []);
      assert.ok(await asked.evaluate((one) => one === document.activeElement));
    });
    await when('a number is typed among it', async () => {
      await asked.fill('电话 13800001234');
      await page.keyboard.press('Enter');
    });
    await then('it is refused in words', () => page.getByText('不要写证件号或电话号码').waitFor());
    await when('a purpose is said', async () => {
      await asked.fill('入户走访独居老人');
      await page.keyboard.press('Enter');
    });
    await then('the record opens, and says what for', async () => {
      await opened();
      await page.locator(`${person} .for`, { hasText: '入户走访独居老人' }).waitFor();
      assert.equal(sent.at(-1), '入户走访独居老人');
    });
    await when('the next one is chosen', () => keeper.rows().nth(1).locator('button.pick').click());
    await then('it opens for the same without a question', async () => {
      await opened();
      assert.equal(await asked.count(), 0);
      assert.equal(sent.at(-1), '入户走访独居老人');
    });
    await when('something in it is changed', async () => {
      await page.locator(person).getByRole('button', { name: '修改', exact: true }).click();
      const [answer] = await Promise.all([
        page.waitForResponse((one) => one.request().method() === 'PATCH'),
        page.locator(person).getByRole('button', { name: '保存', exact: true }).click(),
      ]);
      assert.equal(answer.status(), 200);
      assert.equal(
        decodeURIComponent((await answer.request().allHeaders())['x-purpose']),
        '入户走访独居老人',
      );
    });
    await when('another purpose is chosen by a chip', async () => {
      await page.locator(`${person} .for`).getByRole('button', { name: '更改' }).click();
      await Promise.all([
        page.waitForResponse((one) => one.request().headers()['x-purpose'] !== undefined),
        page.getByRole('button', { name: '核对登记信息' }).click(),
      ]);
      await page.waitForFunction(() => document.activeElement?.tagName === 'H2'); // it is kept by then
    });
    await then('the record is read anew for that', async () => {
      await page.locator(`${person} .for`, { hasText: '核对登记信息' }).waitFor();
      assert.equal(sent.at(-1), '核对登记信息');
    });
    await when('ten minutes are over', () =>
      page.evaluate(() => {
        for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith('onemap.purposes.'))) {
          const kept = JSON.parse(sessionStorage.getItem(key));
          sessionStorage.setItem(key, JSON.stringify({ ...kept, at: kept.at - 600_001 }));
        }
      }),
    );
    await when('one more is chosen', () => keeper.rows().nth(2).locator('button.pick').click());
    await then('it asks, with the last ones at hand, and Enter takes the last', async () => {
      await asked.waitFor();
      assert.equal(await asked.inputValue(), '核对登记信息');
      await page.getByRole('button', { name: '入户走访独居老人' }).waitFor();
      await page.keyboard.press('Enter');
      await opened();
      assert.ok(await page.locator(`${person} h2`).evaluate((one) => one === document.activeElement));
    });
  },
);

const looked = spec(
  'who has looked is told to the citizen on paper',
  { size: 'wide', axe: true },
  async (world) => {
    const { when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    await keeper.enter('registrar', '/admin?tab=people');
    await keeper.listed();
    await when('a record is opened', async () => {
      await keeper.rows().nth(3).locator('button.pick').click();
      await page.getByLabel('为什么打开这份记录？').waitFor();
    });
    await then('the question is clean', async () => assert.deepEqual(await accessibility(page), []));
    await when('it is answered', async () => {
      await page.getByLabel('为什么打开这份记录？').fill('答复群众来电');
      await page.keyboard.press('Enter');
      await page.locator(`${person} .reveal`).waitFor();
    });
    await when('the readings are asked for', async () => {
      await page.locator(`${person} h3`, { hasText: '谁查看过' }).getByRole('button').click();
      await page.getByLabel('为什么查看访问记录？').waitFor();
      await page.keyboard.press('Enter');
    });
    await then('the reading of a moment ago is among them', async () => {
      const first = page.locator(`${person} .readings li`).first();
      await first.waitFor();
      assert.match(await first.innerText(), /registrar[\s\S]*打开人口记录[\s\S]*答复群众来电/);
      assert.deepEqual(await accessibility(page), []);
      assert.deepEqual(await overflow(page), []);
    });
    await when('the answer is to be printed', () =>
      page.locator(`${person} h3`, { hasText: '谁查看过' }).getByRole('button').click(),
    );
    await then('a sheet says it, and only the sheet goes on paper', async () => {
      await page.getByRole('heading', { name: '谁查看过我的信息' }).waitFor();
      assert.ok((await page.locator('.answer-sheet tbody tr').count()) >= 1);
      assert.deepEqual(await accessibility(page), []);
      await page.emulateMedia({ media: 'print' });
      assert.equal(await page.locator('#app').isVisible(), false);
      assert.equal(await page.locator('.answer-sheet .tools').isVisible(), false);
      await page.emulateMedia({ media: 'screen' });
      await page.keyboard.press('Escape');
      await page.locator('.answer-sheet').waitFor({ state: 'detached' });
      assert.match(await page.evaluate(() => document.activeElement.textContent), /打印答复/);
    });
    await then('who keeps the register is told whom to ask for an erasure', () =>
      page.getByText('抹除由本辖区的管理员办理').waitFor(),
    );
  },
);

const phone = spec(
  'a record is opened and answered for on a phone',
  { size: 'phone', axe: true },
  async (world) => {
    const { when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    await keeper.enter('registrar', '/admin?tab=people');
    await keeper.listed();
    await when('somebody is chosen', () => keeper.rows().nth(4).locator('button.pick').click());
    await then('chips lead on with a thumb', async () => {
      const chip = page.getByRole('button', { name: '入户走访' });
      await chip.waitFor();
      assert.ok((await chip.boundingBox()).height >= 40);
      assert.deepEqual(await accessibility(page), []);
      assert.deepEqual(await overflow(page), []);
      await chip.click();
      await page.locator(`${person} .for`, { hasText: '入户走访' }).waitFor();
      assert.deepEqual(await overflow(page), []);
    });
    await when('the answer is looked at', async () => {
      await page.locator(`${person} h3`, { hasText: '谁查看过' }).getByRole('button').click();
      await page.locator(`${person}`).getByRole('button', { name: '查看', exact: true }).click();
      await page.locator(`${person} .readings li`).first().waitFor();
      await page.locator(`${person} h3`, { hasText: '谁查看过' }).getByRole('button').click();
      await page.getByRole('heading', { name: '谁查看过我的信息' }).waitFor();
    });
    await then('it fits', async () => {
      assert.deepEqual(await overflow(page), []);
      assert.deepEqual(await accessibility(page), []);
    });
  },
);

const erase = spec(
  'an administrator erases a record, knowing what goes and what stays',
  { size: 'wide', axe: true },
  async (world) => {
    const { when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    await keeper.enter('administrator', '/admin?tab=people');
    await keeper.listed();
    const row = keeper.rows().nth(5);
    const id = await row.getAttribute('data-id');
    await when('a record is open', async () => {
      await row.locator('button.pick').click();
      await page.getByLabel('为什么打开这份记录？').fill('处理重复登记');
      await page.keyboard.press('Enter');
      await page.locator(`${person} .reveal`).waitFor();
    });
    const name = await page.locator(`${person} h2`).innerText();
    await when('erasing is begun', () => page.getByRole('button', { name: '抹除记录…' }).click());
    const go = page.getByRole('button', { name: '永久抹除' });
    await then('it says what goes and stays, and waits for the name', async () => {
      await page.getByText('看不出是谁').waitFor();
      await page.getByLabel('原因').fill('重复登记');
      await page.getByLabel('照样输入').fill('某某');
      assert.ok(await go.isDisabled());
      assert.deepEqual(await accessibility(page), []);
      await page.getByLabel('照样输入').fill(name.replaceAll('*', '＊'));
      assert.ok(await go.isEnabled());
    });
    await when('it is confirmed', () => go.click());
    await then('the result is said, and the record is nowhere', async () => {
      await page.getByText('这份记录已抹除').waitFor();
      await page.locator(`#registry-list tr[data-id="${id}"]`).waitFor({ state: 'detached' });
      const answer = await keeper.desk
        .ask(`/api/v1/people/${id}`, { headers: { 'X-Purpose': 'check' } })
        .catch((e) => e);
      assert.match(String(answer.status ?? answer.message), /404/);
    });
  },
);

const trace = spec('a row of an export leads to who took it', { size: 'phone', axe: true }, async (world) => {
  const { when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  await keeper.enter('administrator', '/admin?section=audit');
  const box = page.getByRole('textbox', { name: '这份导出是谁的' });
  let number;
  await when('people are exported', async () => {
    const file = await keeper.desk.ask(`/api/v1/exports/people?purpose=${encodeURIComponent('年度核对')}`);
    const rows = (await file.text()).trim().split('\r\n');
    number = rows.at(-1).split(',').at(-1);
    assert.ok(file.headers.get('content-disposition').includes(`people-${number}.csv`));
  });
  await when('the number of one row is looked for, as it was read aloud', async () => {
    await box.fill(`${number.slice(0, 5)}-${number.slice(5)}`.toLowerCase());
    await page.keyboard.press('Enter');
  });
  await then('it is said who, and what for', async () => {
    const found = page.locator('.trace dl');
    await found.waitFor();
    assert.match(await found.innerText(), /administrator[\s\S]*人口记录[\s\S]*年度核对/);
    assert.deepEqual(await accessibility(page), []);
    assert.deepEqual(await overflow(page), []);
  });
  await when('one character is wrong', async () => {
    await box.fill(number.slice(0, -1) + (number.endsWith('A') ? 'B' : 'A'));
    await page.keyboard.press('Enter');
  });
  await then('that is said, too', () => page.getByText('有一位写错了').waitFor());
});

export default [purpose, looked, phone, erase, trace];

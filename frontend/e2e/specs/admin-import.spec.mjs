import assert from 'node:assert/strict';
import { Keeper, someBuilding } from '../drivers/keeper.mjs';
import { gb18030 } from '../harness/gb18030.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// A community's list as it comes out of an old spreadsheet: GB18030, and two rows that cannot be taken.

/** An identity number that nobody has: the district code is the demo town's, 990101. Check digit as in GB 11643. */
function number(born, order) {
  const body = `990101${born}${String(order).padStart(3, '0')}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + '10X98765432'[sum % 11];
}

/** The same number with a check digit that does not fit. */
const wrong = (id) => id.slice(0, 17) + (id[17] === '0' ? '1' : '0');

function list(address, unit, [one, two, three]) {
  const salt = Date.now() % 900;
  const rows = [
    ['1', '王小明', '男', number('19650318', salt + 1), '13800000001', address, unit, one, '居住人'],
    ['2', '李芳', '女', number('19700912', salt + 2), '13800000002', address, unit, one, '居住人'],
    ['3', '张伟', '男', wrong(number('19880101', salt + 3)), '', address, unit, two, '居住人'],
    ['4', '', '女', number('19910607', salt + 4), '', address, unit, two, '居住人'],
    ['5', '陈静', '女', number('20010203', salt + 5), '', address, unit, three, '居住人'],
  ];
  const head = ['编号', '姓名', '性别', '身份证号', '联系电话', '居住地址', '单元', '房号', '人房关系'];
  return [head, ...rows].map((row) => row.join(',')).join('\r\n');
}

const taken = spec('a list of people comes in through the page', { size: 'desk' }, async (world) => {
  const { given, when, then, origin, page } = world;
  const keeper = new Keeper(world, origin);
  const home = await given('a house with three rooms in a unit', async () => {
    await keeper.enter('registrar', '/admin?section=import');
    const town = new Town(origin);
    for (let nth = 0; nth < 10; nth++) {
      const { id, address } = (await someBuilding(town, nth)).properties;
      const { units } = await (await keeper.desk.ask(`/api/v1/buildings/${id}/stack`)).json();
      const unit = units.find(({ code, rooms }) => code && rooms.length > 2);
      if (unit) return { address, unit: unit.code, rooms: unit.rooms.slice(0, 3).map(({ code }) => code) };
    }
    throw new Error('no house of the town has a unit with three rooms');
  });

  await when('the file is dropped and its kind guessed by its name', async () => {
    await keeper.upload('翠竹社区人口.csv', gb18030(list(home.address, home.unit, home.rooms)));
  });
  await then('encoding and columns are found, and bad rows are marked', async () => {
    await page
      .getByText(/GB18030/i)
      .first()
      .waitFor();
    assert.match(await keeper.column('name').inputValue(), /姓名/);
    assert.match(await keeper.column('id_number').inputValue(), /身份证号/);
    await page
      .getByRole('region', { name: /预览前/ })
      .getByText('王小明')
      .waitFor();
    assert.ok((await page.locator('tr.bad').count()) >= 1);
  });

  await when('it is tried without writing', () => keeper.run('试运行（不入库）'));
  await then('the report says so, with two rows refused', async () => {
    await page.getByText('试运行完成').waitFor();
    assert.equal((await keeper.counts()).refused, 2);
  });
  await when('it is imported', () => keeper.run('正式导入'));
  await then('three people are in, two rows are refused with their reasons', async () => {
    const counts = await keeper.counts();
    assert.equal(counts.read, 5);
    assert.equal(counts.refused, 2);
    assert.equal(counts.fresh, 3);
    const report = await page.locator('.report').innerText();
    assert.doesNotMatch(report, /\d{17}[\dX]/);
    const file = await keeper.desk.ask(
      `/api/v1/imports/${new URL(page.url()).searchParams.get('run')}/refused.csv`,
    );
    assert.match(await file.text(), /4/);
  });

  await when('somebody looks for one of them', async () => {
    await page.goto('/admin?tab=people');
    await keeper.listed();
    await page.getByRole('searchbox').fill('陈静');
    await page.locator('#registry-list tbody tr').first().waitFor();
  });
  await then('the name is masked, and stays out of the address', async () => {
    await page.waitForFunction(() => document.querySelectorAll('#registry-list tbody tr').length >= 1);
    assert.doesNotMatch(page.url(), /%E9%99%88|陈/);
    await page.locator('#registry-list tbody button').first().click();
    await page.locator('.person .reveal').waitFor();
    assert.doesNotMatch(await page.locator('.person').innerText(), /陈静/);
  });
  await when('the record is revealed for a purpose', async () => {
    await page.getByRole('button', { name: '查看全部信息' }).click();
    await page.getByLabel('用途').fill('核对人口名单');
    await page.getByRole('button', { name: '查看 60 秒' }).click();
  });
  await then('it shows whole, until it is hidden', async () => {
    await page.locator('.reveal.open').getByText('陈静').waitFor();
    await page.getByRole('button', { name: '现在隐去' }).click();
    assert.equal(await page.locator('.reveal.open').count(), 0);
  });
});

export default [taken];

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Keeper, someBuilding } from '../drivers/keeper.mjs';
import { accessibility, sizes } from '../harness/browser.mjs';
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

// Nobody else's references and numbers, however often the story is told to one server.
const told = Date.now();
const ref = (n) => `${told.toString(36)}-${n}`;
/** The order is odd for a man and even for a woman. */
const order = (n) => 2 * (told % 490) + n;
const head = ['编号', '姓名', '性别', '身份证号', '联系电话', '居住地址', '单元', '房号', '人房关系'];
const written = (rows) => gb18030(rows.map((row) => row.join(',')).join('\r\n'));

function list(address, unit, [one, two, three]) {
  const rows = [
    [ref(1), '王小明', '男', number('19650318', order(1)), '13800000001', address, unit, one, '居住人'],
    [ref(2), '李芳', '女', number('19700912', order(2)), '13800000002', address, unit, one, '居住人'],
    [ref(3), '张伟', '男', wrong(number('19880101', order(3))), '', address, unit, two, '居住人'],
    [ref(4), '', '女', number('19910607', order(4)), '', address, unit, two, '居住人'],
    [ref(5), '陈静', '女', number('20010203', order(6)), '', address, unit, three, '居住人'],
  ];
  return written([head, ...rows]);
}

/** Another office's list has one of them without a number: she may be the one who is known, or somebody else. */
function otherList(address, unit, room) {
  return written([
    ['编号', '姓名', '性别', '出生日期', '居住地址', '单元', '房号', '人房关系'],
    [ref('x'), '陈静', '女', '2001-02-03', address, unit, room, '居住人'],
  ]);
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
    await keeper.upload('翠竹社区人口.csv', list(home.address, home.unit, home.rooms));
  });
  await then('encoding and columns are found, and bad rows are marked', async () => {
    await page
      .getByText(/GB18030/i)
      .first()
      .waitFor();
    assert.match(await keeper.column('name').inputValue(), /姓名/);
    assert.match(await keeper.column('id_number').inputValue(), /身份证号/);
    await page.locator('table.rows td', { hasText: '王**' }).first().waitFor();
    assert.ok((await page.locator('tr.bad').count()) >= 1);
    assert.doesNotMatch(await page.getByRole('main').innerText(), /\d{17}[\dX]/);
  });
  await then('on a phone no sample beside a column is cut off', async () => {
    const before = page.viewportSize();
    await page.setViewportSize(sizes.phone);
    const rights = await page
      .locator('.mapping .samples span')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
    assert.ok(rights.length > 0 && Math.max(...rights) <= sizes.phone.width, `${rights}`);
    await page.setViewportSize(before);
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
    assert.match(report, /校验码不符/);
    assert.match(report, /姓名：必填/);
    assert.doesNotMatch(report, /\d{17}[\dX]/);
  });
  await then('the refused rows can be downloaded, with line and reason and nobody in them', async () => {
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: '下载全部退回行' }).click();
    const file = await coming;
    assert.equal(file.suggestedFilename(), 'refused.csv');
    const text = await readFile(await file.path(), 'utf8');
    assert.match(text, /^4,id_number,/m);
    assert.match(text, /^5,name,/m);
    assert.doesNotMatch(text, /张伟|\d{17}[\dX]/);
  });

  await when('the same file comes a second time', async () => {
    await page.goto('/admin?section=import');
    await keeper.upload('翠竹社区人口.csv', list(home.address, home.unit, home.rooms));
    await keeper.run('导入');
  });
  await then('nothing is new and nothing changed', async () => {
    assert.deepEqual(await keeper.counts(), {
      read: 5,
      fresh: 0,
      changed: 0,
      unchanged: 3,
      refused: 2,
      doubtful: 0,
    });
  });

  await when('another list names one of them without a number', async () => {
    await page.goto('/admin?section=import');
    await keeper.upload('派出所人口核对.csv', otherList(home.address, home.unit, home.rooms[2]));
    await keeper.run('导入');
  });
  await then('the row waits for a person, who sees whom it may be, masked', async () => {
    const counts = await keeper.counts();
    assert.equal(counts.doubtful, 1);
    assert.equal(counts.fresh, 0);
    const doubt = page.getByRole('region', { name: '待判断的行' });
    await doubt.locator('.candidate').first().waitFor();
    assert.match(await doubt.locator('.candidate').first().innerText(), /名称相同，在同一处/);
    assert.doesNotMatch(await doubt.innerText(), /陈静/);
  });
  await when('a key says: the first of them', () => page.keyboard.press('1'));
  await then('all is decided, and nobody is there twice', async () => {
    await page.getByText('都判断完了').waitFor();
    const run = new URL(page.url()).searchParams.get('run');
    const left = await (await keeper.desk.ask(`/api/v1/imports/${run}/doubts?state=open`)).json();
    assert.deepEqual(left.items, []);
    const taken = await (await keeper.desk.ask(`/api/v1/imports/${run}/doubts?state=taken`)).json();
    assert.equal(taken.items.length, 1);
  });

  await when('somebody looks for one of them', async () => {
    await page.goto('/admin?tab=people');
    await keeper.listed();
    await page.getByRole('searchbox').fill('陈静');
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('#registry-list tbody tr')];
      return rows.length > 0 && rows.every((row) => row.textContent.trim().startsWith('陈'));
    });
  });
  await then('the name is masked, and stays out of the address', async () => {
    assert.doesNotMatch(page.url(), /%E9%99%88|陈/);
    await page.locator('#registry-list tbody button').first().click();
    await page.getByLabel('为什么打开这份记录？').fill('核对人口名单');
    await page.keyboard.press('Enter');
    await page.locator('.person .reveal').waitFor();
    assert.doesNotMatch(await page.locator('.person').innerText(), /陈静/);
  });
  await when('the record is revealed for a purpose', async () => {
    await page.getByRole('button', { name: '查看全部信息' }).click();
    assert.equal(await page.getByLabel('用途').inputValue(), '核对人口名单');
    await page.getByRole('button', { name: '查看 60 秒' }).click();
  });
  await then('it shows whole, until it is hidden', async () => {
    await page.locator('.reveal.open').getByText('陈静').waitFor();
    await page.getByRole('button', { name: '现在隐去' }).click();
    assert.equal(await page.locator('.reveal.open').count(), 0);
  });
});

const drafted = spec(
  'a file of grids over those in force goes into a draft, which says that codes were mixed up',
  { size: 'desk', axe: true },
  async (world) => {
    const { given, when, then, origin, page } = world;
    const keeper = new Keeper(world, origin);
    const town = new Town(origin);
    let path = '';
    let features = [];
    const inForce = async () =>
      (await town.get(`/api/v1/regions/${path}/parts`)).features.map(({ geometry }) => geometry.coordinates);
    await given('an administrator with a file in which two far grids have each other’s codes', async () => {
      await keeper.enter('administrator', '/admin?section=import');
      path = (await town.get('/api/v1/regions?level=community')).items[0].code;
      ({ features } = await town.get(`/api/v1/regions/${path}/parts`));
      const ends = [features[0], features.at(-1)];
      const mixed = ends.map((one, i) => ({ ...one, geometry: ends[1 - i].geometry }));
      const file = { type: 'FeatureCollection', features: mixed };
      await keeper.upload('网格.geojson', Buffer.from(JSON.stringify(file)), '行政区与网格');
    });
    await when('it is imported', () => keeper.run('导入'));
    await then('the report says that nothing in force has changed, and leads to the draft', async () => {
      await page.locator('.report .note', { hasText: '现行区划没有变' }).waitFor();
      assert.equal((await keeper.counts()).changed, 2);
      assert.deepEqual(
        await inForce(),
        features.map(({ geometry }) => geometry.coordinates),
      );
      assert.deepEqual(await accessibility(page), []);
    });
    await when('they open the draft and check it', async () => {
      await page.getByRole('link', { name: '打开草稿' }).click();
      await page.locator('tr[data-change="changed"]').nth(1).waitFor();
      await page.locator('.panel').getByRole('button', { name: /^检查/ }).click();
    });
    await then('it is said that the codes are on wholly other ground, there and in the preview', async () => {
      const found = page.locator('section[data-kind="elsewhere"][data-weight="warning"]');
      await found.getByText('编码换到了完全不同的地方').waitFor();
      await page.locator('.panel').getByRole('button', { name: '预览', exact: true }).click();
      await page.locator('[data-strays]').getByText(features[0].id).waitFor();
    });
    const id = new URL(page.url()).searchParams.get('id');
    await keeper.desk.ask(`/api/v1/regions/${path}/drafts/${id}`, {
      method: 'DELETE',
      headers: { 'If-Match': '"1"' },
    });
  },
);

export default [taken, drafted];

import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { Screen } from '../drivers/screen.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// Finding one's way on the desk: search, filters and their address, keys, theme and language.

const desk = { size: 'desk' };

async function rows(origin, query) {
  const all = new Desk(origin);
  await all.signIn('operator');
  return all.cases(query);
}

const search = spec(
  'number, plate, road and coordinate are found, and Enter flies there',
  desk,
  async (world) => {
    const { given, when, then, origin } = world;
    const town = new Town(origin);
    const screen = new Screen(world, origin);
    const thing = await town.facility('seat');
    const [row] = await rows(origin, '&state=closed');
    await given('an operator at the desk', () => screen.enter('operator'));

    await when('they type the number of a case', () => screen.find(row.number));
    await then('Enter opens it and flies there', async () => {
      await screen.opened();
      await screen.panel().getByText(row.number).waitFor();
      await screen.centreIs([row.lon, row.lat]);
    });
    await when('they type the code of a plate, in small letters with a dash', () =>
      screen.find(`${thing.code.slice(0, 4)}-${thing.code.slice(4)}`.toLowerCase()),
    );
    await then('Enter flies to the facility', () => screen.centreIs([thing.lon, thing.lat]));
    let at;
    await when('they type the name of a road and go down to it with the arrow', async () => {
      const { items } = await town.get(`/api/v1/search?q=${encodeURIComponent('人民路')}`);
      const road = items.find((item) => item.type === 'place');
      at = [road.lon, road.lat];
      await screen.find('人民路', road.title);
    });
    await then('Enter flies to the road', () => screen.centreIs(at));
    await when('they type a coordinate', () => screen.find('113.29876, 23.39876'));
    await then('Enter flies to it', () => screen.centreIs([113.29876, 23.39876]));
    await when('they type what is nowhere', () => screen.searchBox().fill('没有这样的东西'));
    await then('the search says so', () => screen.page.locator('.search .note').getByText(/没有/).waitFor());
  },
);

const filters = spec('filters narrow list and map, and the address keeps them', desk, async (world) => {
  const { given, when, then, origin, open } = world;
  const screen = new Screen(world, origin);
  const closed = await rows(origin, '&state=closed');
  const { lon, lat } = closed[0];
  await given('an operator who looks at all cases', async () => {
    await screen.enter('operator', `?tab=all&at=${lat},${lon},15.5`);
    await screen.rested();
  });
  const narrowed = async () => {
    await screen.page.waitForFunction(() => {
      const states = [...document.querySelectorAll('#queue-list [data-id]')].map((row) => row.dataset.state);
      return states.length > 0 && states.every((state) => state === 'closed');
    });
    assert.deepEqual(
      (await screen.rows()).map((row) => row.id),
      (await rows(origin, '&state=closed')).map((row) => row.id),
    );
    await screen.rested();
    await screen.page.waitForFunction(() => {
      const { map } = globalThis.__onemap;
      const all = map.queryRenderedFeatures({ layers: ['cases-point'] });
      return all.length > 0 && all.every(({ properties }) => properties.state === 'closed');
    });
  };
  await when('they choose one state', async () => {
    await screen.page.getByRole('button', { name: '筛选', exact: true }).click();
    await screen.page.getByRole('group', { name: '筛选', exact: true }).getByLabel('已结案').check();
    await screen.press('Escape');
  });
  await then('list and map show that state only', narrowed);
  await then('the address says so', () => assert.match(screen.page.url(), /[?&]state=closed(&|$)/));
  await when('the page is loaded anew', async () => {
    await screen.page.reload();
    await screen.listed();
  });
  await then('it shows the same', narrowed);

  const row = closed[2];
  await when('they open a case and send the address to the supervisor', () => screen.pick(row.id));
  const other = new Screen(await open(), origin);
  await then('the supervisor sees that case open, with the same filters', async () => {
    await other.enter('supervisor', new URL(screen.page.url()).search);
    await other.opened();
    await other.panel().getByText(row.number).waitFor();
    assert.equal(await other.picked(), row.id);
    assert.ok((await other.rows()).every(({ state }) => state === 'closed'));
  });
  await when('the filters are cleared', async () => {
    await screen.page.getByRole('button', { name: '已筛选', exact: true }).click();
    await screen.page.getByRole('button', { name: '清除筛选' }).click();
  });
  await then('other states are there again', async () => {
    await screen.page.locator('#queue-list [data-id]:not([data-state="closed"])').first().waitFor();
    assert.doesNotMatch(screen.page.url(), /state=/);
  });
});

/** A neighbour of a grid, by its code: one that has two of its corners. */
async function neighbour(town, code) {
  const { features } = await town.get(`/api/v1/regions/${code.slice(0, 12)}/parts`);
  const corners = ({ geometry }) => geometry.coordinates.flat(2).map(String);
  const own = new Set(corners(features.find(({ id }) => id === code)));
  return features.find((one) => one.id !== code && new Set(corners(one).filter((at) => own.has(at))).size > 1)
    .id;
}

/** An administrator makes one grid of two; the first one's code goes away. Gives what takes it back. */
async function merged(origin, gone, stays) {
  const keeper = new Desk(origin);
  await keeper.signIn('administrator');
  const place = `/api/v1/regions/${stays.slice(0, 12)}`;
  const send = async (path, method, body, rev) => {
    const headers = rev ? { 'If-Match': `"${rev}"` } : {};
    return (await keeper.ask(place + path, { method, body, headers })).json();
  };
  const begun = await send('/drafts', 'POST', { name: 'two into one' });
  const edits = [{ op: 'merge', code: stays, codes: [gone, stays] }];
  const { rev } = await send(`/drafts/${begun.id}`, 'PATCH', { edits }, begun.rev);
  const { edition } = await send(`/drafts/${begun.id}/publish`, 'POST', {}, rev);
  return () => send(`/editions/${edition}/undo`, 'POST');
}

const grids = spec(
  'an area has its ended cases as it was or on today’s grids, and the desk follows a redraw',
  desk,
  async (world) => {
    const { given, when, then, origin, page } = world;
    const screen = new Screen(world, origin);
    const [row] = (await rows(origin, '&state=closed')).filter((one) => one.grid_code);
    const heir = await neighbour(new Town(origin), row.grid_code);
    const ofHeir = async (way) => {
      const query = `&state=closed&category=${row.category}&region=${heir}&grids=${way}`;
      return (await rows(origin, query)).map((one) => one.id);
    };
    const before = await ofHeir('then');
    const listed = async (wanted) => {
      await page.waitForFunction(
        (ids) =>
          [...document.querySelectorAll('#queue-list [data-id]')]
            .map((one) => one.dataset.id)
            .sort()
            .join() === ids,
        [...wanted].sort().join(),
      );
      await page.locator('#tab-all', { hasText: String(wanted.length) }).waitFor();
    };
    await given('an operator who looks at the closed cases of a grid', async () => {
      const shown = `?tab=all&state=closed&category=${row.category}&area=${heir}`;
      await screen.enter('operator', `${shown}&at=${row.lat},${row.lon},17`);
      await listed(before);
    });
    let back;
    await when('the grid beside it is merged into it', async () => {
      back = await merged(origin, row.grid_code, heir);
    });
    await then('its closed cases are those that ended in it, as before', () => listed(before));
    await when('they choose today’s grids', async () => {
      const asked = (part) =>
        page.waitForResponse((one) => one.url().includes(part) && one.url().includes('grids=today'));
      await page.getByRole('button', { name: '已筛选', exact: true }).click();
      await Promise.all([
        asked('/cases/figures'),
        asked('/cases/times'),
        asked('/tiles/cases/'),
        page.getByLabel('现在的网格').check(),
      ]);
    });
    const today = await ofHeir('today');
    await then('those of the ground that came to it are there as well, in list and map', async () => {
      assert.ok(today.includes(row.id) && !before.includes(row.id) && today.length > before.length);
      await listed(today);
      await screen.drawnAs(row.id, 'closed');
    });
    await then('the address says so, and shows the same when it is opened anew', async () => {
      assert.equal(new URL(page.url()).searchParams.get('grids'), 'today');
      await page.reload();
      await screen.live();
      await listed(today);
    });
    await when('the redraw is taken back', () => back());
    await then('they leave the list by themselves', () => listed(before));
  },
);

const keys = spec('the desk is driven by keys', desk, async (world) => {
  const { given, then, origin } = world;
  const screen = new Screen(world, origin);
  await given('an operator at the desk, all cases listed', () => screen.enter('operator', '?tab=all'));
  const listed = (await screen.rows()).map((row) => row.id);
  const goTo = async (key, nth) => {
    await screen.press(key);
    await screen.row(listed[nth]).and(screen.page.locator('[aria-current="true"]')).waitFor();
  };
  await then('J goes down and K up, and the case opens', async () => {
    await goTo('j', 0);
    await goTo('j', 1);
    await goTo('ArrowDown', 2);
    await goTo('k', 1);
    await screen.opened();
  });
  await then('Enter shows it on the map, wherever the map was', async () => {
    await screen.rested();
    await screen.lookAt([113.2, 23.3]);
    await screen.press('Enter');
    const [row] = (await rows(origin, '')).filter((one) => one.id === listed[1]);
    await screen.centreIs([row.lon, row.lat]);
  });
  await then('a slash goes to the search, and Escape leaves it without closing the case', async () => {
    await screen.press('/');
    const focused = () => screen.page.evaluate(() => document.activeElement?.getAttribute('role'));
    assert.equal(await focused(), 'combobox');
    await screen.page.keyboard.type('jk');
    assert.equal(await screen.picked(), listed[1]);
    await screen.press('Escape', 'Escape');
    assert.notEqual(await focused(), 'combobox');
    assert.equal(await screen.picked(), listed[1]);
  });
  await then('a question mark tells the keys, and Escape closes them', async () => {
    await screen.press('?');
    const table = screen.page.getByRole('dialog', { name: '键盘操作' });
    await table.waitFor();
    await screen.press('Escape');
    await screen.page.locator('dialog').waitFor({ state: 'detached' });
    assert.equal(await screen.picked(), listed[1]);
  });
  await then('Escape closes the case at last', async () => {
    await screen.press('Escape');
    await screen.page.waitForFunction(() => !new URLSearchParams(location.search).has('case'));
    assert.equal(await screen.picked(), null);
  });
  await then('2 and 3 change the list', async () => {
    for (const [key, tab] of [
      ['3', 'mine'],
      ['2', 'all'],
    ]) {
      await screen.press(key);
      await screen.page.locator(`#tab-${tab}[aria-selected="true"]`).waitFor();
    }
  });
});

const chosen = spec(
  'theme and language stay, and no word of the other language is left',
  desk,
  async (world) => {
    const { given, when, then, origin } = world;
    const screen = new Screen(world, origin);
    const [row] = await rows(origin, '&state=reported');
    await given('an operator with a case open', async () => {
      await screen.enter('operator', `?case=${row.id}`);
      await screen.opened();
    });
    const everything = async (filter) => {
      const words = await screen.chrome();
      await screen.page.getByRole('button', { name: filter, exact: true }).click();
      words.push(...(await screen.chrome()));
      await screen.press('Escape', '?');
      words.push(...(await screen.chrome()));
      await screen.press('Escape');
      return words;
    };
    await then('the desk speaks Chinese only', async () => {
      const latin = (await everything('筛选')).filter((words) =>
        /[A-Za-z]{2,}/.test(words.replace(/English|EN|WGS ?84|CGCS2000|GCJ-?02|BD-?09|MapLibre/g, '')),
      );
      assert.deepEqual(latin, []);
    });
    const before = await screen.theme();
    await when('theme and language are changed', async () => {
      await screen.page.getByRole('button', { name: /换成(日|夜)间配色/ }).click();
      await screen.page.getByRole('button', { name: /English/ }).click();
    });
    const stays = async () => {
      assert.notEqual(await screen.theme(), before);
      assert.equal(await screen.language(), 'en');
    };
    await then('they change', stays);
    await when('the page is loaded anew', async () => {
      await screen.page.reload();
      await screen.listed();
      await screen.opened();
    });
    await then('they are still as chosen', stays);
    await then('the desk speaks English only', async () => {
      const han = (await everything('Filter')).filter((words) =>
        /\p{Script=Han}/u.test(words.replace(/中文|中/g, '')),
      );
      assert.deepEqual(han, []);
    });
  },
);

export default [search, filters, grids, keys, chosen];

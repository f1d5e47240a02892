import assert from 'node:assert/strict';
import { Desk } from '../drivers/desk.mjs';
import { Screen } from '../drivers/screen.mjs';
import { spec } from '../harness/spec.mjs';
import { Town } from '../harness/town.mjs';

// A leader has read a case and wants it done: everybody who works on it sees that at once.

const urged = spec('a leader urges a case and the desk sees it', { size: 'desk' }, async (world) => {
  const { given, when, then, origin, open } = world;
  const town = new Town(origin);
  const all = new Desk(origin);
  await all.signIn('supervisor');
  const { number } = await given('a case that was reported', async () =>
    town.report((await town.facility()).code),
  );
  const { id } = await all.caseOf(number);
  const leader = new Screen(world, origin);
  const operator = new Screen(await open(), origin);
  await given('leader and operator before it', async () => {
    await leader.enter('leader', `?case=${id}`);
    await operator.enter('operator', `?case=${id}`);
    await leader.action('督办').waitFor();
    await operator.action('立案').waitFor();
  });
  await when('the leader urges it by keyboard', async () => {
    await leader.press('u');
    await leader.note().fill('今天之内要有结果');
    await leader.press('Control+Enter');
  });
  await then('the history of both says so', async () => {
    await leader.lastStep('督办');
    await operator.lastStep('督办');
    await operator.panel().locator('h2').getByText('督办 1 次').waitFor();
  });
  await then('the list marks it, and the desk counts it', async () => {
    await operator.row(id).locator('.urged').waitFor();
    await operator.press('Escape');
    await operator.page.locator('.now .urged').waitFor();
  });
  await when('the operator presses the count', () => operator.page.locator('.now .urged button').click());
  await then('the list shows the urged ones only, and a link to it does, too', async () => {
    for (let link = 0; link < 2; link++) {
      await operator.row(id).waitFor();
      const rows = operator.page.locator('[data-id][data-state]');
      assert.equal(await rows.count(), await rows.locator('.urged').count());
      assert.match(operator.page.url(), /[?&]urged=1/);
      await operator.page.reload();
    }
  });
  await then('the operator has the next step as before', async () => {
    await all.act(id, 'file');
  });
});

export default [urged];

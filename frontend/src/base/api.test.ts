// @vitest-environment node
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, askFull, Problem } from './api.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serving(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const problem = (status: number, body: object) =>
  serving((_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/problem+json' });
    response.end(JSON.stringify(body));
  });

async function refusal(asking: Promise<unknown>): Promise<Problem> {
  const thrown = await asking.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(thrown).toBeInstanceOf(Problem);
  return thrown as Problem;
}

describe('asking the server', () => {
  it('sends JSON and a query without empty parts, and gives body and ETag', async () => {
    const origin = await serving((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        response.writeHead(200, { 'Content-Type': 'application/json', ETag: '"7"' });
        response.end(JSON.stringify({ method: request.method, url: request.url, body }));
      });
    });
    const query = { state: 'filed', region: '', q: undefined, limit: 50 };
    const answer = await askFull<object>(`${origin}/x`, { body: { a: 1 }, query });
    expect(answer).toEqual({
      data: { method: 'POST', url: '/x?state=filed&limit=50', body: '{"a":1}' },
      etag: '"7"',
      status: 200,
    });
  });

  it('gives nothing for 204', async () => {
    const origin = await serving((_request, response) => response.writeHead(204).end());
    expect(await ask(`${origin}/x`, { method: 'DELETE' })).toBeUndefined();
  });

  it('throws the problem of the server, with words by its code', async () => {
    const refused = await refusal(ask(await problem(412, { status: 412, code: 'case.conflict' })));
    expect(refused).toMatchObject({ status: 412, code: 'case.conflict', passing: false });
    expect(refused.words).toContain('别人刚刚处理过');
  });

  it('has words for a code it does not know, and for an answer that is no problem at all', async () => {
    expect((await refusal(ask(await problem(422, { code: 'x.y', detail: 'must be so' })))).words).toBe(
      '有些内容需要改一改。',
    );
    server?.close();
    const origin = await serving((_request, response) => response.writeHead(502).end('<html>'));
    const broken = await refusal(ask(`${origin}/x`));
    expect(broken).toMatchObject({ status: 502, code: 'http.502', passing: true });
    expect(broken.words).toContain('服务器');
  });

  it('tells a cut connection from a late answer, and both may pass', async () => {
    const cut = await serving((request) => request.socket.destroy());
    expect(await refusal(ask(`${cut}/x`))).toMatchObject({ status: 0, code: 'offline', passing: true });
    server?.close();
    const late = await serving(() => undefined);
    expect(await refusal(ask(`${late}/x`, { timeout: 50 }))).toMatchObject({
      code: 'timeout',
      passing: true,
    });
  });

  it('lets an abort by the caller through as it is', async () => {
    const origin = await serving(() => undefined);
    const stop = new AbortController();
    const asking = ask(`${origin}/x`, { signal: stop.signal });
    stop.abort();
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
  });
});

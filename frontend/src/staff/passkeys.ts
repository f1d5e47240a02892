import type { components } from '../api/schema.gen.ts';
import { ask } from '../base/api.ts';

/** What the server asks a browser's passkeys; `challenge` goes back as it came. */
type Asked = Omit<components['schemas']['AuthAsked'], 'options'> & {
  options: { publicKey: Record<string, unknown> };
};

/** Thrown when the person closed the browser's dialog, or it knows no passkey. */
export class NoPasskey extends Error {}

export const passkeysHere = (): boolean => typeof PublicKeyCredential === 'function' && isSecureContext;

/** Lets the browser answer with one of its passkeys. */
export async function answerPasskey(begin: string): Promise<{ challenge: string; credential: unknown }> {
  const { challenge, options } = await ask<Asked>(begin, { body: {} });
  const given = options.publicKey;
  const publicKey = {
    ...given,
    challenge: bytes(given.challenge),
    allowCredentials: ids(given.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  return { challenge, credential: await byBrowser(() => navigator.credentials.get({ publicKey })) };
}

/** Lets the browser make a new passkey. */
export async function makePasskey(begin: string): Promise<{ challenge: string; credential: unknown }> {
  const { challenge, options } = await ask<Asked>(begin, { body: {} });
  const given = options.publicKey;
  const user = given.user as { id: string };
  const publicKey = {
    ...given,
    challenge: bytes(given.challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: ids(given.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  return { challenge, credential: await byBrowser(() => navigator.credentials.create({ publicKey })) };
}

async function byBrowser(act: () => Promise<Credential | null>): Promise<unknown> {
  let made: Credential | null;
  try {
    made = await act();
  } catch (cause) {
    throw new NoPasskey(String(cause));
  }
  if (!made) throw new NoPasskey('none');
  return asJSON(made as PublicKeyCredential);
}

/** PublicKeyCredential.toJSON, which older browsers do not have. */
function asJSON({ id, rawId, type, response, authenticatorAttachment }: PublicKeyCredential): unknown {
  const said: Record<string, string> = {};
  for (const name of [
    'clientDataJSON',
    'attestationObject',
    'authenticatorData',
    'signature',
    'userHandle',
  ]) {
    const value = (response as unknown as Record<string, ArrayBuffer | null>)[name];
    if (value) said[name] = text(value);
  }
  return {
    id,
    rawId: text(rawId),
    type,
    authenticatorAttachment,
    response: said,
    clientExtensionResults: {},
  };
}

function ids(list: unknown): unknown {
  if (!Array.isArray(list)) return undefined;
  return list.map((one: { id: string }) => ({ ...one, id: bytes(one.id) }));
}

function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const plain = String(base64url).replaceAll('-', '+').replaceAll('_', '/');
  return Uint8Array.from(atob(plain), (c) => c.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

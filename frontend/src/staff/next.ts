/**
 * Where to go after signing in: the `next` of an address, if it is a path of this very site. Browsers read a
 * backslash as a slash and drop tabs and line ends, so "/\evil", "//evil" and "/%09/evil" would lead away.
 */
export function nextPath(search: string, otherwise: string): string {
  const next = new URLSearchParams(search).get('next') ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (!/^\/(?![/\\])[^\\\u0000-\u001f\u007f]*$/.test(next)) return otherwise;
  const here = 'https://here.invalid';
  const read = URL.canParse(next, here) ? new URL(next, here) : null;
  if (read?.origin !== here || read.pathname.startsWith('//')) return otherwise;
  return read.pathname + read.search + read.hash;
}

/** Text as the two-byte part of GB18030, which Chinese spreadsheets still write; Node decodes it but does not encode. */
const bytes = new Map();

function learn() {
  const decode = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const letter = decode.decode(Uint8Array.of(lead, trail));
      if (letter.length === 1 && !bytes.has(letter)) bytes.set(letter, [lead, trail]);
    }
}

export function gb18030(text) {
  if (!bytes.size) learn();
  const out = [];
  for (const letter of text) {
    if (letter.charCodeAt(0) < 0x80) out.push(letter.charCodeAt(0));
    else if (bytes.has(letter)) out.push(...bytes.get(letter));
    else throw new Error(`${letter} is not in the two-byte part of GB18030`);
  }
  return Buffer.from(out);
}

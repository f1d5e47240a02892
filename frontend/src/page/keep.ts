/** Gives the browser a file to keep. */
export function keep(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken the file over by then; before, some would save nothing.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

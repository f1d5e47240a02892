import type { Plugin } from 'vite';

type Dictionaries = { zh: Readonly<Record<string, string>>; en: Readonly<Record<string, string>> };

/**
 * Fills the words into the pages that are Go templates, so that each sentence has one home, the page's dictionary.
 * `<b data-t="send"></b>` becomes `<b data-t="send">{{if $en}}Send{{else}}提交{{end}}</b>`, and data-t-placeholder
 * and data-t-label become the attributes placeholder and aria-label. A key that is not known fails the build.
 */
export function templateWords(pages: Record<string, Dictionaries>): Plugin {
  return {
    name: 'onemap-template-words',
    apply: 'build',
    transformIndexHtml: {
      order: 'pre',
      handler(html, context) {
        const name = context.path.replace(/^\//, '');
        return pages[name] ? fillTemplate(html, pages[name]) : html;
      },
    },
  };
}

export function fillTemplate(html: string, words: Dictionaries): string {
  const both = (key: string): string => {
    const zh = words.zh[key];
    const en = words.en[key];
    if (zh === undefined || en === undefined) throw new Error(`report words: no key "${key}"`);
    return zh === en ? zh : `{{if $en}}${en}{{else}}${zh}{{end}}`;
  };
  return html
    .replace(/(\sdata-t="(\w+)"[^<>]*>)(?=<\/)/g, (_all, tag: string, key: string) => tag + both(key))
    .replace(/\sdata-t-placeholder="(\w+)"/g, (all, key: string) => `${all} placeholder="${both(key)}"`)
    .replace(/\sdata-t-label="(\w+)"/g, (all, key: string) => `${all} aria-label="${both(key)}"`);
}

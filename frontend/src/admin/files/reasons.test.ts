import { afterEach, expect, it } from 'vitest';
import { setLang } from '../../base/i18n.ts';
import { countedWords, reasonWords } from './reasons.ts';

afterEach(() => setLang('zh'));

it('says a refusal in the language of the page', () => {
  const english = 'does not fit its check character: a character is wrong or two are swapped';
  expect(reasonWords(english)).toBe('校验码不符：有字写错或写反了');
  setLang('en');
  expect(reasonWords(english)).toBe(english);
});

it('keeps the line, the words and the numbers of a reason', () => {
  expect(reasonWords('the same reference is in line 7 already')).toBe('与第 7 行的来源编号重复');
  expect(reasonWords('the row has 9 fields, the header has 8')).toBe('这一行有 9 格，表头有 8 格');
  expect(reasonWords('is none of 男 (male), 女 (female)')).toBe('不认得这个词，可用：男 (male), 女 (female)');
});

it('shows what it does not know as it came', () => {
  expect(reasonWords('cell B7: #REF!')).toBe('cell B7: #REF!');
});

it('names the field where rows are counted by reason', () => {
  const title = (field: string) => ({ name: '姓名' })[field] ?? '';
  expect(countedWords('name: is empty', title)).toBe('姓名：必填，这里空着');
  expect(countedWords(': lies outside the city', title)).toBe('不在本市范围内');
  setLang('en');
  expect(countedWords('name: is empty', () => 'Name')).toBe('Name: is empty');
});

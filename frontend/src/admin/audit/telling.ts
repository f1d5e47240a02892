import { lang } from '../../base/i18n.ts';
import { u } from './words.ts';

type Pair = readonly [zh: string, en: string];

/** Operations that are more than a verb and a thing. */
const whole: Record<string, Pair> = {
  'sign-in': ['登录', 'Signed in'],
  'second-step': ['完成二次验证', 'Showed the second factor'],
  'sign-out': ['退出登录', 'Signed out'],
  'give-grant': ['授予角色', 'Gave a role'],
  'end-grant': ['结束授权', 'Ended a grant'],
  'change-grant': ['修改授权', 'Changed a grant'],
  'name-deputy': ['指定代理人', 'Named a deputy'],
  'make-link': ['生成一次性链接', 'Made a one-time link'],
  'use-link': ['用一次性链接设置密码', 'Set a password by a link'],
  'end-account-sessions': ['让账号退出所有设备', 'Signed an account out everywhere'],
  'end-account-session': ['让账号退出一台设备', 'Signed an account out at one device'],
  'reset-factors': ['清除二次验证', 'Took second factors away'],
  'make-key': ['生成密钥', 'Made a key'],
  'revoke-key': ['撤销密钥', 'Revoked a key'],
  'reveal-person': ['查看人口记录全文', 'Revealed a person’s record'],
  'erase-person': ['抹除人口记录', 'Erased a person’s record'],
  'query-people': ['按姓名或号码查人', 'Looked for people'],
  'list-readings': ['查看某人记录的访问历史', 'Asked who had looked at a record'],
  export: ['导出数据', 'Exported data'],
  'export-audit': ['导出审计记录', 'Exported the log'],
  'move-in': ['登记入住', 'Registered a home'],
  leave: ['登记迁出或去世', 'Registered a leaving'],
  'take-step': ['处理案件', 'Dealt with a case'],
  'report-case': ['上报问题', 'Reported a problem'],
};
const things: Record<string, Pair> = {
  account: ['账号', 'an account'],
  grant: ['授权', 'a grant'],
  department: ['部门', 'a department'],
  person: ['人口记录', 'a person’s record'],
  people: ['人口记录', 'people’s records'],
  tag: ['关爱标签', 'a care tag'],
  residence: ['居住关系', 'a residence'],
  building: ['楼栋', 'a building'],
  dwelling: ['房屋', 'a dwelling'],
  facility: ['设施', 'a facility'],
  service: ['服务点', 'a service'],
  organisation: ['单位', 'an organisation'],
  case: ['案件', 'a case'],
  report: ['上报', 'a report'],
  import: ['导入', 'an import'],
  region: ['辖区', 'a region'],
  key: ['密钥', 'a key'],
  password: ['密码', 'a password'],
};
const verbs: Record<string, 'add' | 'change' | 'end' | 'read' | 'export'> = {
  add: 'add',
  create: 'add',
  make: 'add',
  give: 'add',
  start: 'add',
  change: 'change',
  edit: 'change',
  rename: 'change',
  end: 'end',
  close: 'end',
  remove: 'end',
  delete: 'end',
  get: 'read',
  list: 'read',
  query: 'read',
  export: 'export',
};
const said = (pair: Pair) => pair[lang() === 'zh' ? 0 : 1];

/** A kind of object in words; one without words stands as it is. */
export function thing(kind: string): string {
  const pair = things[kind];
  return pair ? said(pair) : kind;
}

/** What an operation did, in words; a command, or one without words, by its own name. */
export function told(action: string): string {
  const known = whole[action];
  if (known) return said(known);
  const [verb = '', ...rest] = action.split('-');
  const what = things[rest.join('-')];
  const kind = verbs[verb];
  return kind && what ? u(`verb_${kind}`, { what: said(what) }) : action;
}

import { words } from '../base/i18n.ts';
import { live } from '../page/page.ts';

/** What every page of the staff says: signing in, the account's menu. */
export const s = live(
  words(
    {
      title: '一张图',
      signin: '登录',
      signout: '退出登录',
      login: '用户名',
      password: '密码',
      signing: '正在登录…',
      signin_lead: '请用工作账号登录。',
      demo_lead: '这是演示城市，数据都是虚构的。点一个岗位直接进入：',
      demo_or: '或用账号登录',
      public_page: '公众页面',
      admin_page: '数据管理',
      plan_page: '服务覆盖',
      theme_day: '换成日间配色',
      theme_night: '换成夜间配色',
      language: 'English',
      language_short: 'EN',
      account: '账号',
      opening: '正在打开…',
      retry: '再试一次',
      area_all: '全部辖区',
      desk: '指挥中心',
    },
    {
      title: 'One Map',
      signin: 'Sign in',
      signout: 'Sign out',
      login: 'User name',
      password: 'Password',
      signing: 'Signing in…',
      signin_lead: 'Please sign in with your staff account.',
      demo_lead: 'This is a demo town; everything in it is invented. Pick a role to enter:',
      demo_or: 'Or sign in with an account',
      public_page: 'Public page',
      admin_page: 'Data management',
      plan_page: 'Service coverage',
      theme_day: 'Switch to the day theme',
      theme_night: 'Switch to the night theme',
      language: '中文',
      language_short: '中',
      account: 'Account',
      opening: 'Opening…',
      retry: 'Try again',
      area_all: 'Whole area',
      desk: 'Command centre',
    },
  ),
);

const roles: Record<string, [string, string]> = {
  operator: ['坐席', 'Operator'],
  supervisor: ['监督员', 'Supervisor'],
  handler: ['处置部门', 'Handler'],
  worker: ['网格员', 'Grid worker'],
  planner: ['规划', 'Planner'],
  registrar: ['信息采集', 'Registrar'],
  auditor: ['审计', 'Auditor'],
  administrator: ['管理员', 'Administrator'],
  leader: ['领导', 'Leader'],
  resident: ['市民', 'Resident'],
  system: ['系统', 'System'],
};

/** A role in the page's language; what it means in the work stands in the manual. */
export function roleName(role: string, lang: 'zh' | 'en'): string {
  return roles[role]?.[lang === 'zh' ? 0 : 1] ?? role;
}

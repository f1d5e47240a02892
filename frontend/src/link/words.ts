import { words } from '../base/i18n.ts';
import { live } from '../page/page.ts';

/** What the page of one-time links says. */
export const l = live(
  words(
    {
      page: '设置密码',
      first: '这是一套新的系统。请建立第一个管理员账号。',
      for: '为这个账号设置密码：',
      known_as: '（{login}）',
      name: '姓名',
      make: '建立管理员账号',
      done: '密码已设置，请用它登录。这个链接已经失效。',
      gone: '这个链接已经用过、已经过期或不存在。请向管理员要一个新的。',
      login_rule: '用户名要 2 到 40 个小写字母、数字、点、横线或下划线，以字母或数字开头，且没有被用过。',
      refused: '这个密码不行：太常见，或含有用户名、姓名。换一个，例如四个不相干的词。',
    },
    {
      page: 'Set a password',
      first: 'This is a new system. Please make the first administrator’s account.',
      for: 'Set the password of this account: ',
      known_as: ' ({login})',
      name: 'Name',
      make: 'Make the administrator',
      done: 'The password is set; please sign in with it. This link is spent.',
      gone: 'This link was used already, has expired or never was. Ask your administrator for a new one.',
      login_rule:
        'A user name has 2 to 40 small letters, digits, dots, dashes or underscores, begins with a letter or digit, and is not taken.',
      refused:
        'This password is not taken: it is too common, or has the user name or the name in it. Choose another, such as four words that do not belong together.',
    },
  ),
);

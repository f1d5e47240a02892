import { words } from '../base/i18n.ts';
import { exact } from '../base/time.ts';
import { live } from '../page/page.ts';

/** What the page of one's own security says. */
export const a = live(
  words(
    {
      page: '账号安全',
      back: '返回',
      cancel: '取消',
      save: '保存',
      rename: '改名',
      remove: '移除',
      demo: '这是演示账号，人人可用；在这里改动会影响其他试用的人。',
      prove: '请再输一次密码，确认是您本人',
      password_since: '上次设置：{day}',
      password_change: '修改密码',
      password_done: '密码已修改，其他设备都已退出。',
      app: '动态码应用',
      app_on: '已启用。登录时除密码外还要输入应用里的六位数字。',
      app_off: '未启用。启用后，即使密码泄露，别人也登录不了。',
      app_set: '启用动态码',
      app_remove: '停用动态码',
      codes_new: '更换恢复码',
      codes_left: '还剩 {n} 个恢复码',
      passkeys: '通行密钥',
      passkeys_lead: '用指纹、面容或安全钥匙登录，不用输密码。',
      passkeys_not: '通行密钥只能在正式的 https 地址（或 localhost）上使用。',
      passkey_add: '添加通行密钥',
      passkey_name: '名称，例如“办公电脑”',
      passkey_used: '上次使用：{day}',
      passkey_unused: '还没有用过',
      passkey_cloned: '发现它被复制过，已停用。请移除后重新添加。',
      devices: '已登录的设备',
      device_this: '本机',
      device_seen: '最近使用：{day}',
      device_out: '退出',
      devices_out: '退出其他所有设备',
      unknown: '未知浏览器',
    },
    {
      page: 'Account security',
      back: 'Back',
      cancel: 'Cancel',
      save: 'Save',
      rename: 'Rename',
      remove: 'Remove',
      demo: 'This is a demo account, open to everybody; what you change here meets others who are trying it.',
      prove: 'Enter your password once more, to show that it is you',
      password_since: 'Last set {day}',
      password_change: 'Change password',
      password_done: 'The password is changed; other devices are signed out.',
      app: 'App for codes',
      app_on: 'In use. Signing in asks for the six digits of the app after the password.',
      app_off: 'Not in use. With it, a password that has leaked opens nothing.',
      app_set: 'Set up an app',
      app_remove: 'Stop using the app',
      codes_new: 'New recovery codes',
      codes_left: '{n} recovery codes left',
      passkeys: 'Passkeys',
      passkeys_lead: 'Sign in with a fingerprint, your face or a security key, without a password.',
      passkeys_not: 'Passkeys work only at the public https address (or localhost).',
      passkey_add: 'Add a passkey',
      passkey_name: 'Name, as in "office computer"',
      passkey_used: 'Last used {day}',
      passkey_unused: 'Not used yet',
      passkey_cloned: 'A copy of it was seen, so it is no longer taken. Remove it and add a new one.',
      devices: 'Where you are signed in',
      device_this: 'this device',
      device_seen: 'last used {day}',
      device_out: 'Sign out',
      devices_out: 'Sign out everywhere else',
      unknown: 'Unknown browser',
    },
  ),
);

export const day = live((at: string) => exact(at));

/** A browser and its system, out of what it calls itself. */
export function browser(agent: string): string {
  const name = /(Edg|Firefox|Chrome|Safari|curl)\//.exec(agent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  if (!name && !system) return agent.slice(0, 40) || a('unknown');
  return [name === 'Edg' ? 'Edge' : name, system].filter(Boolean).join(' · ');
}

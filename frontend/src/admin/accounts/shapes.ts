/** What the routes of accounts, grants and departments answer, by the names the pages use. */
import type { components } from '../../api/schema.gen.ts';
import type { Role } from '../../api/types.ts';

type S = components['schemas'];

export type Who = S['AuthWho'];
export type Grant = Omit<S['AuthGrantView'], 'role'> & { role: Role };
export type Account = Omit<S['AuthAccountView'], 'grants'> & { grants: Grant[] | null };
/** A new account, with the address that its owner begins at. */
export type Invited = Account & { link: string };
export type Giving = S['AuthGivingBody'];
export type Department = S['AuthDepartment'];

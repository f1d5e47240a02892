import type { Problem } from '../base/api.ts';
import { words } from '../base/i18n.ts';
import { live } from '../page/page.ts';

/** What the registry's refusals mean, by their codes. What has no words here is said by its status. */
const pair = words(
  {
    'building.code': '已有别的楼用了这个编码。',
    'dwelling.code': '这个单元已有这个房号。',
    'dwelling.realty_code': '已有别的房屋用了这个不动产单元号。',
    'dwelling.tied': '这间房登记着（或登记过）住户或单位，不能删除。',
    'facility.code': '已有别的设施用了这个码牌编号。',
    'facility.standard_code': '已有别的设施用了这个标准编码。',
    'service.code': '已有别的服务点用了这个编码。',
    'organisation.code_taken': '这个统一社会信用代码已经登记过。',
    'organisation.dates': '注销日期早于开办日期。',
    'person.died': '登记显示此人已去世。',
    'person.ended': '这条关系已经结束。',
    'person.left': '登记显示此人已迁出。',
    'person.number_taken': '这个证件号码已经登记过。',
    'person.tagged': '此人已有这个标签。',
    'person.two_dwellings': '一个人不能同时住在（或户籍在）两处。',
    'person.dates': '结束日期早于开始日期。',
    'person.dwelling': '没有这间房屋。',
    'person.reveals': '一小时内查看得太多，请过一会儿再看。',
    'person.role': '人口记录由信息采集员、网格员和管理员查看。',
    'stack.tied': '要去掉的房间还登记着住户或单位。',
    'plates.many': '码牌太多，一份文件最多 2400 块。请按社区、类别或编号分几次。',
    'plates.none': '这里没有可以打印码牌的设施。',
    'plates.codes': '有的编号在您的辖区里没有对应的设施，请核对。',
    'plates.font': '服务器缺少中文字体，请管理员安装 fonts-wqy-microhei。',
    'import.taken': '同一个文件正在导入，这一次已停下，不会重复。',
  },
  {
    'building.code': 'Another building has this code.',
    'dwelling.code': 'The unit has a room of this number already.',
    'dwelling.realty_code': 'Another dwelling has this realty unit code.',
    'dwelling.tied': 'People or organisations are, or were, tied to this room; it stays.',
    'facility.code': 'Another facility has this plate.',
    'facility.standard_code': 'Another facility has this standard code.',
    'service.code': 'Another service has this code.',
    'organisation.code_taken': 'This credit code is registered already.',
    'organisation.dates': 'It closes before it opens.',
    'person.died': 'The record says that this person has died.',
    'person.ended': 'This tie has ended already.',
    'person.left': 'The record says that this person has left.',
    'person.number_taken': 'This identity number is registered already.',
    'person.tagged': 'This person carries the tag already.',
    'person.two_dwellings': 'Nobody lives, or is registered, in two dwellings at once.',
    'person.dates': 'It ends before it begins.',
    'person.dwelling': 'There is no such dwelling.',
    'person.reveals': 'Too many records were read within an hour; please wait a while.',
    'person.role': 'People’s records are for registrars, grid workers and administrators.',
    'stack.tied': 'Rooms that would go still have residents or organisations.',
    'plates.many': 'Too many plates; one file holds 2,400. Narrow it by area, class or codes.',
    'plates.none': 'There is no facility here to print a plate for.',
    'plates.codes': 'Some codes belong to no facility in your area; please check them.',
    'plates.font': 'The server has no Chinese font; its administrator installs fonts-wqy-microhei.',
    'import.taken': 'The same file is being imported just now; this run stopped, and nothing is done twice.',
  },
);
const t = live(pair);

export function refusal(problem: Problem): string {
  return problem.code in pair.zh ? t(problem.code as keyof typeof pair.zh) : problem.words;
}

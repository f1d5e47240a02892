import { lang } from '../../base/i18n.ts';

/**
 * Why rows are refused, for a Chinese reader. The server writes its reasons in English, for reports and logs; here the
 * common ones are said anew. What is not in the list is shown as it came.
 */
const known: [RegExp, string][] = [
  [
    /^(\d+) of the first (\d+) rows lie on one same point/,
    '前 $2 行里有 $1 行在同一个点上，可能是“位置不明”的代替，请留意',
  ],
  [/^is empty/, '必填，这里空着'],
  [/^is no whole number/, '不是整数'],
  [/^is no number/, '不是数字'],
  [/^say which net these grids are of/, '请选这是哪套部门网格'],
  [/^holds a slash or a control character/, '编码里有斜杠或不可见字符'],
  [/^code (\S+) is row (\d+) already/, '编码 $1 与第 $2 行重复'],
  [/^lies outside of (.+)/, '不在 $1 的范围内'],
  [/^is no date such as ([^ ;]+)(.*)/, '不是日期，应写成 $1 这样；日、月在前的请选日期写法'],
  [/^is a month, not a day/, '只有年月，缺日'],
  [/^is neither yes nor no/, '应为“是”或“否”'],
  [/^is none of (.+)/, '不认得这个词，可用：$1'],
  [/^is longer than (\S+) bytes/, '太长了（超过 $1 字节）'],
  [/^is no identity number/, '不是证件号码：应为 18 位（或旧的 15 位）'],
  [/^does not begin with the code of a place/, '开头不是地区代码'],
  [/^holds no possible date of birth/, '里面的出生日期不存在'],
  [/^does not fit its check character/, '校验码不符：有字写错或写反了'],
  [/^is no phone number/, '不是电话号码：应为 11 位手机号，或带区号的座机号'],
  [/^is no unified social credit code/, '不是统一社会信用代码：应为 18 位数字和大写字母'],
  [/^is not what the identity number says/, '与证件号码里的不一致'],
  [/^lies in the future or before 1880/, '日期在将来，或早于 1880 年'],
  [/^lies in the future/, '日期在将来'],
  [/^lies before since/, '早于开始日期'],
  [/^lies before the birth/, '早于出生日期'],
  [/^lies before the report/, '早于上报时间'],
  [/^lies before opened_on/, '早于开办日期'],
  [/^lies in the past/, '已经过期'],
  [/^is no care tag/, '没有这种关爱标签'],
  [/^male or female, or empty/, '应为男、女或空着'],
  [/^(is too long, or no text|must not be empty)/, '空着，或太长'],
  [/^is needed: where it is/, '没有位置'],
  [/^is needed: when it was reported/, '没有上报时间'],
  [/^is (needed|required|missing)/, '必填，这里空着'],
  [/^one of the two coordinates is empty/, '经纬度缺了一个'],
  [/^lies at 0,0/, '坐标是 0,0，等于没有位置'],
  [/^lies outside your jurisdiction/, '不在您的辖区内'],
  [/^lies outside the area of (.+)/, '超出 $1 的适用范围，坐标系可能选错了'],
  [/^lies outside/, '不在本市范围内'],
  [/^the dwelling is in no building that is known/, '库里没有这栋楼'],
  [/^A dwelling lies in no building/, '库里没有这栋楼'],
  [/^more than one building has this address/, '不止一栋楼是这个地址，请给出楼栋编码'],
  [/^the row names a room, but not its building/, '写了房号，但没写是哪栋楼'],
  [/^the building is known, but not which room/, '楼对上了，但没写哪一间'],
  [/^the building has no such room/, '这栋楼没有这间房，或每个单元都有一间'],
  [/^no dwelling has this code/, '没有这个编码的房屋'],
  [/^the same reference is in line (\S+) already/, '与第 $1 行的来源编号重复'],
  [/^Two rows have the same reference/, '来源编号重复'],
  [/^Somebody with this identity number/, '这个证件号码已经登记过'],
  [/^Nobody lives, or is registered, in two dwellings/, '一个人不能同时住在（或户籍在）两处'],
  [/^no facility carries this code/, '没有这个编号的设施'],
  [/^a building that is not known yet needs its footprint/, '新楼要有轮廓（面），这里没有'],
  [/^a place is wanted/, '没有位置：要有经纬度，或写明楼栋'],
  [/^has no (geometry|polygon)/, '没有图形'],
  [/^is a (\w+), want/, '图形是 $1，这里要面'],
  [/^the row has (\S+) fields, the header has (\S+)/, '这一行有 $1 格，表头有 $2 格'],
  [/^column (\S+) has a value but no header/, '$1 列有内容但没有表头'],
  [/^the feature is not in the file's encoding|not in UTF-8/, '文字编码与文件不一致'],
  [/^storeys above ground/, '地上层数应为 1 到 300'],
  [/^storeys below ground/, '地下层数应为 0 到 20'],
  [/^a year from/, '年份应在 1000 到 2200 之间'],
  [/^a time of the years/, '时间应在 1900 到 2200 年之间'],
  [/^one of \[?([^\]]+)\]?/, '应为其中之一：$1'],
  [/^Another building has this code/, '已有别的楼用了这个编码'],
  [/^Another facility has this plate/, '已有别的设施用了这个编号'],
  [/^There is no such department/, '没有这个部门'],
];

export function reasonWords(reason: string): string {
  if (lang() === 'en') return reason;
  for (const [english, chinese] of known) {
    const found = english.exec(reason);
    if (found) return chinese.replace(/\$(\d)/g, (_, n: string) => found[Number(n)] ?? '');
  }
  return reason;
}

/** Where rows are counted by reason, the field stands before it: "name: is empty". */
export function countedWords(reason: string, title: (field: string) => string): string {
  const [, field = '', why = reason] = /^(\w*): (.+)$/s.exec(reason) ?? [];
  const named = field && title(field);
  if (!named) return reasonWords(why);
  return `${named}${lang() === 'en' ? ': ' : '：'}${reasonWords(why)}`;
}

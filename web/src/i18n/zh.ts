// What the pages say in Chinese. `en.ts` must have the same entries; the type checker sees to it.
import type { Deadline } from "../lib/days.ts";
import { measure } from "../lib/measure.ts";

/** What of a problem words are chosen by. */
type Refusal = { status: number; errors?: { field: string }[] } | null | undefined;

const distance = (metres: number): string => {
  const { value, unit } = measure(metres);
  return `${value} ${unit === "m" ? "米" : "公里"}`;
};

export const zh = {
  lang: "zh-CN",
  title: "网格地图",
  brand: "网格地图",
  otherLanguage: "EN",
  otherLanguageLabel: "EN: Switch to English",
  tiers: { 1: "一级", 2: "二级", 3: "三级" },
  roles: {
    leader: "网格长",
    inspector: "网格员",
    villager_group_leader: "村民组长",
    joint_defence_leader: "联防长",
    mediator: "调解员",
    instructor: "网格指导员",
  } as Record<string, string>,
  partyGroup: "党小组",
  leader: "网格长",
  staff: "同格人员",
  deputy: (role: string) => `副${role}`,
  standIn: {
    deputy: "职位空缺，由副网格长代理",
    above: (tier: string) => `职位空缺，由上级（${tier}网格）代理`,
    town: "职位空缺，由上级（镇级网格办）代理",
  },
  deadline: {
    day: ({ day, minute }: Deadline) =>
      [
        new Date(`${day}T00:00Z`).toLocaleDateString("zh-CN", {
          month: "long",
          day: "numeric",
          weekday: "short",
          timeZone: "UTC",
        }),
        minute,
      ]
        .filter(Boolean)
        .join(" "),
    due: (day: string) => `期限：${day}`,
    overdue: (day: string) => `已超期，期限是${day}`,
  },
  noDescription: "（无说明）",
  nobody: "名册中还没有这个网格的负责人",
  noGrid: "无",
  phoneHidden: "号码已隐去中间几位",
  call: (name: string) => `打电话给${name}`,
  distance,
  borderDistance: (metres: number) => `距最近的网格边界 ${distance(metres)}`,
  nearBorder: "离边界很近，请核对位置",
  outside: "这里不在任何网格内",
  nearest: (name: string, metres: number) => `最近的网格是${name}，距此 ${distance(metres)}`,
  demo: "演示数据：边界、人员和电话均为虚构",
  edition: (name: string) => `版本 ${name}`,
  code: "编码",
  asking: "正在查询…",
  failedNetwork: "连不上服务，请检查网络后重试",
  failedService: (title: string) => `服务没有给出结果：${title}`,
  retry: "重试",
  close: "关闭",
  cancel: "取消",
  copyLink: "复制链接",
  copied: "已复制",
  panel: "查询结果",
  announce: (names: string, party: string, leader: string) => `${names}。党小组：${party}。网格长：${leader}。`,
  warnings: "请注意",
  warningTexts: {
    zero_point: "坐标 0, 0 通常表示设备没有取得位置",
    swapped_axes: "经度和纬度可能写反了：经度在前，纬度在后",
    crs_mismatch: "这个坐标可能来自别的坐标系，请核对（GPS、高德、百度的坐标互不相同）",
  } as Record<string, string>,
  hint: "点击地图上的任意位置，查看网格和负责人",
  map: {
    label: "网格地图。方向键移动，加减键缩放，回车键查询中心点。",
    zoomIn: "放大",
    zoomOut: "缩小",
    whole: "查看全部",
    tierSwitch: "显示哪一级",
    auto: "自动",
  },
  reports: { open: "上报", label: "上报事件：查看、办理、我要上报", here: "在此上报" },
  editions: { open: "版本", label: "网格版本：比较、上传、检查、发布" },
  search: {
    label: "搜索网格：名称、编码、党小组或网格长",
    hint: "搜索网格",
    none: "没有找到",
    found: (count: number) => `找到 ${count} 个网格`,
    clear: "清除",
  },
  who: {
    title: "工作人员登录",
    signIn: "登录",
    signOut: "退出登录",
    signedIn: (name: string) => `已登录：${name}`,
    goOn: "继续",
    name: "用户名",
    password: "密码",
    trying: "正在登录…",
    note: "账号由管理员开通。忘记密码请联系镇级网格办。公共电脑用完请退出登录。",
    own: {
      title: "修改密码",
      current: "当前密码",
      wanted: "新密码",
      note: "至少 10 个字符、5 个不同的字符，不含用户名。改后其他设备上的登录全部失效。",
      change: "确认修改",
      done: "密码已修改，其他设备已退出登录。",
      refused: (problem: Refusal): string => {
        if (problem?.status === 429) return "失败次数过多，请稍后再试";
        if (problem?.status === 401) return "登录已失效，请重新登录";
        const fields = problem?.errors?.map(({ field }) => field) ?? [];
        if (fields.includes("password")) return "当前密码不对";
        return fields.includes("new_password") ? "新密码太简单，请按要求重设" : "暂时无法修改，请稍后再试";
      },
    },
    refused: (problem: { status: number; detail?: string } | null | undefined): string => {
      if (problem?.status === 401) return "用户名或密码不对";
      if (problem?.status === 429) return "失败次数过多，请稍后再试";
      return problem?.status === 400 ? "请输入用户名和密码" : "暂时无法登录，请稍后再试";
    },
    roles: {
      viewer: "公众",
      reporter: "上报系统",
      leader: "网格长",
      dispatcher: "调度员",
      admin: "管理员",
    } as Record<string, string>,
  },
  empty: {
    title: "地图上还没有网格",
    text: "上传并发布网格边界后，这里就会出现地图。",
    upload: "上传网格边界",
    own: "或在服务器上导入自己的边界并发布",
    demo: "或者先看看演示镇（边界与姓名均为虚构）",
    reload: "导入完成后重新载入",
  },
  broken: { title: "地图没有载入", text: "服务暂时没有回应，请稍后再试。" },
  noWebgl: "这个浏览器不能绘制地图（缺少 WebGL 2）。搜索仍然可用。",
  mobile: {
    title: "我在哪个网格",
    asking: "正在获取您的位置…",
    askingHint: "如果浏览器询问，请选择“允许”",
    looking: "正在查询网格…",
    accuracy: (metres: number) => `定位精度约 ${distance(metres)}`,
    chosen: "您在地图上选的位置",
    typed: "您输入的坐标",
    again: "重新定位",
    unsure: "还不能确定是哪个网格",
    unsureText: "定位不够准，您可能在下面任何一个网格里。走到开阔处重试，或在地图上点准位置。",
    ownsPoint: "定位点所在的网格",
    outsideShare: "网格之外",
    refused: "没有得到定位许可",
    refusedText: "请在浏览器设置里允许本页使用位置，然后重试；也可以用下面的办法。",
    timeout: "定位超时",
    timeoutText: "没有等到卫星或网络信号。请走到开阔处重试，或用下面的办法。",
    unavailable: "暂时无法定位",
    unavailableText: "手机没有给出位置。请打开定位服务后重试，或用下面的办法。",
    insecure: "此页面不能使用定位",
    insecureText: "浏览器只允许安全连接（https）使用位置。请改用 https 地址，或用下面的办法。",
    openMap: "在地图上点选",
    closeMap: "收起地图",
    mapHint: "点一下您所在的位置",
    type: "输入坐标",
    typeLabel: "经度, 纬度",
    typeHint: "例如 116.9000, 30.8000",
    typeBad: "看不懂这个坐标。请写成“经度, 纬度”，例如 116.9000, 30.8000",
    crs: "坐标来自",
    crsNames: { wgs84: "GPS、天地图 (WGS 84)", gcj02: "高德、腾讯 (GCJ-02)", bd09: "百度 (BD-09)" },
    find: "查询",
    fullMap: "打开完整地图",
  },
};

export type Words = typeof zh;

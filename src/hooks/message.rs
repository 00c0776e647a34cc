//! Events in the words of each format: CloudEvents 1.0, and the messages of group robots, which people read.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::domain::moment::{deadline_in_china, minute_in_china, moment};
use crate::domain::report::Event;
use crate::domain::webhook::HookFormat;

const MAX_NAME_CHARS: usize = 60;

/// What is sent, but for signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub media: &'static str,
    pub body: Vec<u8>,
}

/// What the words need besides the event.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// CloudEvents' `source`: this installation.
    pub source: String,
    /// Names of categories by their codes.
    pub categories: HashMap<String, String>,
}

/// An event in the words of a format.
pub fn message(format: HookFormat, event: &Event, context: &Context) -> Message {
    match format {
        HookFormat::Cloudevents => {
            let body = serde_json::to_vec(&CloudEvent::of(event, &context.source));
            Message {
                media: "application/cloudevents+json",
                body: body.expect("an event has only text keys and finite numbers"),
            }
        }
        HookFormat::Wecom => {
            let content = said(event, context).lines("\n>");
            robot(json!({"msgtype": "markdown", "markdown": {"content": content}}))
        }
        HookFormat::Dingtalk => {
            let said = said(event, context);
            let text = said.lines("\n\n> ");
            robot(json!({"msgtype": "markdown", "markdown": {"title": said.title, "text": text}}))
        }
    }
}

/// A message that says that the address is right, and nothing else.
pub fn trial(format: HookFormat, number: i64, context: &Context) -> Message {
    let event = Event {
        number,
        at: OffsetDateTime::now_utc(),
        kind: "webhook.test".into(),
        report: String::new(),
        step: 0,
        grids: Vec::new(),
        origin: String::new(),
        data: "{}".into(),
    };
    message(format, &event, context)
}

fn robot(body: serde_json::Value) -> Message {
    Message { media: "application/json", body: body.to_string().into_bytes() }
}

/// The structured form of CloudEvents 1.0. `sequence` is the extension of that name, without its type.
#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(with = "time::serde::rfc3339")]
    time: OffsetDateTime,
    datacontenttype: &'static str,
    /// With leading zeros, so that it sorts as text.
    sequence: String,
    data: Option<&'a RawValue>,
}

impl CloudEvent<'_> {
    fn of<'a>(event: &'a Event, source: &'a str) -> CloudEvent<'a> {
        CloudEvent {
            specversion: "1.0",
            id: event.number.to_string(),
            source,
            kind: format!("gridward.{}", event.kind),
            subject: (!event.report.is_empty()).then_some(&*event.report),
            time: event.at,
            datacontenttype: "application/json",
            sequence: format!("{:020}", event.number),
            data: serde_json::from_str(&event.data).ok(),
        }
    }
}

/// What is read of an event's data: nothing personal is in it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    category: String,
    level: String,
    grids: Vec<ToldGrid>,
    party_group: Option<String>,
    due_at: Option<String>,
    merged_into: Option<String>,
    edition: Option<String>,
    in_force_from: Option<String>,
}

#[derive(Deserialize)]
struct ToldGrid {
    name: String,
}

/// A title, and lines of a name and what it is.
struct Said {
    title: &'static str,
    lines: Vec<(&'static str, String)>,
}

impl Said {
    fn lines(&self, before: &str) -> String {
        let line = |(name, text): &(&str, String)| format!("{before}{name}：{text}");
        format!("**{}**{}", self.title, self.lines.iter().map(line).collect::<String>())
    }
}

fn said(event: &Event, context: &Context) -> Said {
    let told: Told = serde_json::from_str(&event.data).unwrap_or_default();
    let mut lines = Vec::new();
    if !event.report.is_empty() {
        let category = context.categories.get(&told.category).unwrap_or(&told.category);
        let grids: Vec<String> = told.grids.iter().map(|grid| plain(&grid.name)).collect();
        lines.push(("类别", plain(category)));
        lines.push(("地点", if grids.is_empty() { "不在任何网格内".into() } else { grids.join(" / ") }));
        lines.push(("办理", level(&told.level).into()));
        lines.extend(told.party_group.map(|name| ("党小组", plain(&name))));
        lines.extend(told.due_at.as_deref().and_then(moment).map(|due_at| ("期限", deadline_in_china(due_at))));
        lines.extend(told.merged_into.map(|id| ("合并到", plain(&id))));
        lines.push(("编号", plain(&event.report)));
    }
    lines.extend(told.edition.map(|name| ("版本", plain(&name))));
    lines.extend(told.in_force_from.as_deref().and_then(moment).map(|from| ("生效时间", minute_in_china(from))));
    lines.push(("时间", minute_in_china(event.at)));
    Said { title: title(&event.kind), lines }
}

fn title(kind: &str) -> &'static str {
    match kind {
        "report.report" => "新上报事件",
        "report.accept" => "上报事件已受理",
        "report.resolve" => "上报事件已办结，待核实",
        "report.forward" => "上报事件转上级办理",
        "report.return" => "上报事件退回下级办理",
        "report.reassign" => "上报事件已改派",
        "report.verify" => "上报事件已核实办结",
        "report.reopen" => "上报事件重新办理",
        "report.reject" => "上报事件不予受理",
        "report.merge" => "上报事件已合并",
        "report.warn" => "上报事件即将超期",
        "report.escalate" => "上报事件超期升级",
        "edition.published" => "网格新版本已发布",
        "edition.put_in_force" => "网格版本重新生效",
        "edition.withdrawn" => "网格版本的定时发布已撤回",
        "webhook.test" => "测试消息：推送设置正确",
        _ => "上报事件有新动态",
    }
}

fn level(word: &str) -> &'static str {
    match word {
        "tier3" => "三级网格",
        "tier2" => "二级网格",
        "tier1" => "一级网格",
        _ => "镇级网格办",
    }
}

/// Names come from files and people: what a chat takes for a mark, a link or somebody called becomes a letter like it.
fn plain(text: &str) -> String {
    let letter = |c: char| match c {
        '!'..='~' if !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '/' | ',') => {
            char::from_u32(c as u32 + 0xfee0).unwrap_or(' ')
        }
        c if c.is_control() => ' ',
        c => c,
    };
    text.chars().take(MAX_NAME_CHARS).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn event() -> Event {
        let data = r#"{"id":"261125-7k3m9qxw2f4p","category":"sanitation","level":"tier3","grids":[{"name":"乔庄村"},
            {"name":"一组](http://x)"}],"party_group":"第一党小组","due_at":"2026-11-27T16:00:00Z"}"#;
        Event {
            number: 12,
            at: datetime!(2026-11-25 08:30 UTC),
            kind: "report.report".into(),
            report: "261125-7k3m9qxw2f4p".into(),
            step: 1,
            grids: vec!["a".into()],
            origin: "key:secret".into(),
            data: data.into(),
        }
    }

    fn context() -> Context {
        Context {
            source: "urn:gridward:abc".into(),
            categories: HashMap::from([("sanitation".into(), "环境卫生".into())]),
        }
    }

    #[test]
    fn a_cloud_event() {
        let message = message(HookFormat::Cloudevents, &event(), &context());
        let told: serde_json::Value = serde_json::from_slice(&message.body).unwrap();
        assert_eq!((&told["type"], &told["id"]), (&json!("gridward.report.report"), &json!("12")));
        assert_eq!(told["time"], "2026-11-25T08:30:00Z");
        assert_eq!(
            (&told["subject"], &told["data"]["category"]),
            (&json!("261125-7k3m9qxw2f4p"), &json!("sanitation"))
        );
        assert!(!String::from_utf8(message.body).unwrap().contains("secret"), "who sent it is nobody's business");
    }

    #[test]
    fn people_read_robots() {
        let body = |format| -> serde_json::Value {
            serde_json::from_slice(&message(format, &event(), &context()).body).unwrap()
        };
        let wecom = body(HookFormat::Wecom);
        assert_eq!(wecom["msgtype"], "markdown");
        assert_eq!(
            wecom["markdown"]["content"],
            "**新上报事件**\n>类别：环境卫生\n>地点：乔庄村 / 一组］（http：//x）\n>办理：三级网格\n>党小组：第一党小组\n\
             >期限：2026-11-27 24:00\n>编号：261125-7k3m9qxw2f4p\n>时间：2026-11-25 16:30"
        );
        let dingtalk = body(HookFormat::Dingtalk);
        assert_eq!(dingtalk["markdown"]["title"], "新上报事件");
        assert!(dingtalk["markdown"]["text"].as_str().unwrap().starts_with("**新上报事件**\n\n> 类别：环境卫生\n\n> "));
    }

    /// WeCom takes 4,096 bytes.
    #[test]
    fn messages_stay_short() {
        let long = "很".repeat(10_000);
        let data =
            json!({"category": long, "party_group": long, "grids": [{"name": long}, {"name": long}, {"name": long}]});
        let event = Event { data: data.to_string(), ..event() };
        let body: serde_json::Value =
            serde_json::from_slice(&message(HookFormat::Wecom, &event, &context()).body).unwrap();
        assert!(body["markdown"]["content"].as_str().unwrap().len() < 4_096);
    }
}

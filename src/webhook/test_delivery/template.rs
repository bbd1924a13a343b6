//! Makes test notifications: for each topic a small body in the form that Intercom sends.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

/// What the notification of a topic is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    Ping,
    Admin,
    ActivityLog,
    Call,
    Company,
    CompanyContact,
    Contact(&'static str),
    ContactTag(&'static str),
    Conversation,
    ConversationContact,
    ConversationTag,
    Event,
    Ticket,
    TicketContact,
    /// Something deleted: Intercom sends its id alone.
    Deleted(&'static str),
}

/// The topics that Intercom describes, with what they are about.
const TOPICS: [(&str, Item); 63] = [
    ("ping", Item::Ping),
    ("admin.activity_log_event.created", Item::ActivityLog),
    ("admin.added_to_workspace", Item::Admin),
    ("admin.away_mode_updated", Item::Admin),
    ("admin.logged_in", Item::Admin),
    ("admin.logged_out", Item::Admin),
    ("admin.removed_from_workspace", Item::Admin),
    ("call.ended", Item::Call),
    ("call.started", Item::Call),
    ("company.contact.attached", Item::CompanyContact),
    ("company.contact.detached", Item::CompanyContact),
    ("company.created", Item::Company),
    ("company.deleted", Item::Deleted("company")),
    ("company.updated", Item::Company),
    ("contact.archived", Item::Contact("user")),
    ("contact.deleted", Item::Deleted("contact")),
    ("contact.email.updated", Item::Contact("user")),
    ("contact.lead.added_email", Item::Contact("lead")),
    ("contact.lead.created", Item::Contact("lead")),
    ("contact.lead.signed_up", Item::Contact("user")),
    ("contact.lead.tag.created", Item::ContactTag("lead")),
    ("contact.lead.tag.deleted", Item::ContactTag("lead")),
    ("contact.lead.updated", Item::Contact("lead")),
    ("contact.merged", Item::Contact("user")),
    ("contact.subscribed", Item::Contact("user")),
    ("contact.unsubscribed", Item::Contact("user")),
    ("contact.user.created", Item::Contact("user")),
    ("contact.user.tag.created", Item::ContactTag("user")),
    ("contact.user.tag.deleted", Item::ContactTag("user")),
    ("contact.user.updated", Item::Contact("user")),
    ("conversation.admin.assigned", Item::Conversation),
    ("conversation.admin.closed", Item::Conversation),
    ("conversation.admin.noted", Item::Conversation),
    ("conversation.admin.open.assigned", Item::Conversation),
    ("conversation.admin.opened", Item::Conversation),
    ("conversation.admin.replied", Item::Conversation),
    ("conversation.admin.single.created", Item::Conversation),
    ("conversation.admin.snoozed", Item::Conversation),
    ("conversation.admin.unsnoozed", Item::Conversation),
    ("conversation.company.updated", Item::Conversation),
    ("conversation.contact.attached", Item::ConversationContact),
    ("conversation.contact.detached", Item::ConversationContact),
    ("conversation.deleted", Item::Deleted("conversation")),
    ("conversation.operator.replied", Item::Conversation),
    ("conversation.priority.updated", Item::Conversation),
    ("conversation.rating.added", Item::Conversation),
    ("conversation.read", Item::Conversation),
    ("conversation.user.created", Item::Conversation),
    ("conversation.user.replied", Item::Conversation),
    ("conversation_part.redacted", Item::Conversation),
    ("conversation_part.tag.created", Item::ConversationTag),
    ("event.created", Item::Event),
    ("ticket.admin.assigned", Item::Ticket),
    ("ticket.admin.replied", Item::Ticket),
    ("ticket.attribute.updated", Item::Ticket),
    ("ticket.contact.attached", Item::TicketContact),
    ("ticket.contact.detached", Item::TicketContact),
    ("ticket.contact.replied", Item::Ticket),
    ("ticket.created", Item::Ticket),
    ("ticket.note.created", Item::Ticket),
    ("ticket.state.updated", Item::Ticket),
    ("ticket.team.assigned", Item::Ticket),
    ("visitor.signed_up", Item::Contact("user")),
];

/// The topics that there are templates for.
pub fn topics() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|(topic, _)| *topic)
}

/// A notification of this topic, made now, with an id of its own; `None` for another topic.
///
/// It is compact JSON, as Intercom sends it. `now` is in seconds since 1970 UTC.
pub fn template(topic: &str, now: i64) -> Option<String> {
    let (topic, item) = TOPICS.iter().find(|(known, _)| *known == topic)?;
    let (id, item) = (uuid(), item.json(now));
    Some(format!(
        r#"{{"type":"notification_event","app_id":"abcd1234","data":{{"type":"notification_event_data","item":{item}}},"links":{{}},"id":"notif_{id}","topic":"{topic}","delivery_status":"pending","delivery_attempts":1,"delivered_at":0,"first_sent_at":{now},"created_at":{now},"self":null}}"#
    ))
}

impl Item {
    fn json(self, now: i64) -> String {
        const TAG: &str = r#"{"type":"tag","id":"17","name":"VIP"}"#;
        let contact = |role: &str| {
            format!(
                r#"{{"type":"contact","id":"65e2f0c4b7168a2f6c1e0b7d","external_id":"25","role":"{role}","email":"ada@example.com","name":"Ada Example","created_at":{now},"updated_at":{now},"custom_attributes":{{}}}}"#
            )
        };
        let conversation = || {
            format!(
                r#"{{"type":"conversation","id":"4471","created_at":{now},"updated_at":{now},"source":{{"type":"conversation","id":"901","delivered_as":"customer_initiated","subject":"","body":"<p>Zoë & I can't log in 🙂</p>","author":{{"type":"user","id":"65e2f0c4b7168a2f6c1e0b7d","name":"Ada Example","email":"ada@example.com"}}}},"open":true,"state":"open","read":false,"priority":"not_priority","admin_assignee_id":null,"team_assignee_id":null,"tags":{{"type":"tag.list","tags":[]}},"conversation_parts":{{"type":"conversation_part.list","conversation_parts":[],"total_count":0}}}}"#
            )
        };
        let ticket = || {
            format!(
                r#"{{"type":"ticket","id":"815","ticket_id":"42","category":"Customer","ticket_attributes":{{"_default_title_":"Cannot log in"}},"ticket_state":"submitted","open":true,"created_at":{now},"updated_at":{now}}}"#
            )
        };
        let company = || {
            format!(
                r#"{{"type":"company","id":"65e2f0c4b7168a2f6c1e0b7e","company_id":"7","name":"Example Shop","created_at":{now},"updated_at":{now},"custom_attributes":{{}}}}"#
            )
        };
        let user = || contact("user");
        match self {
            Self::Ping => r#"{"type":"ping","message":"a test delivery"}"#.to_owned(),
            Self::Admin => {
                r#"{"type":"admin","id":"9","name":"Grace Example","email":"grace@example.com","away_mode_enabled":false}"#.to_owned()
            }
            Self::ActivityLog => format!(
                r#"{{"type":"admin_activity_log_event","id":"{}","performed_by":{{"type":"admin","id":"9","email":"grace@example.com"}},"activity_type":"app_name_change","metadata":{{}},"created_at":{now}}}"#,
                uuid()
            ),
            Self::Call => format!(
                r#"{{"type":"call","id":"33","conversation_id":"4471","direction":"inbound","state":"ringing","created_at":{now}}}"#
            ),
            Self::Company => company(),
            Self::CompanyContact => {
                format!(r#"{{"type":"company_contact","company":{},"contact":{}}}"#, company(), user())
            }
            Self::Contact(role) => contact(role),
            Self::ContactTag(role) => {
                format!(r#"{{"type":"contact_tag","contact":{},"tag":{TAG}}}"#, contact(role))
            }
            Self::Conversation => conversation(),
            Self::ConversationContact => format!(
                r#"{{"type":"conversation_contact","conversation":{},"contact":{}}}"#,
                conversation(),
                user()
            ),
            Self::ConversationTag => format!(
                r#"{{"type":"conversation_part_tag","conversation":{},"tag":{TAG}}}"#,
                conversation()
            ),
            Self::Event => format!(
                r#"{{"type":"event","id":"{}","event_name":"placed-order","email":"ada@example.com","metadata":{{"order":"3434"}},"created_at":{now}}}"#,
                uuid()
            ),
            Self::Ticket => ticket(),
            Self::TicketContact => {
                format!(r#"{{"type":"ticket_contact","ticket":{},"contact":{}}}"#, ticket(), user())
            }
            Self::Deleted(kind) => format!(r#"{{"type":"{kind}","id":"4471"}}"#),
        }
    }
}

/// A UUID of version 4. It is unlikely to come twice, and not a secret.
fn uuid() -> String {
    // The standard library seeds each of these with random keys.
    let bits = || RandomState::new().build_hasher().finish();
    let (high, low) = (bits(), bits());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Notification;

    #[test]
    fn every_template_is_compact_json_of_its_topic_with_an_id_of_its_own() {
        let mut ids = std::collections::HashSet::new();
        for topic in topics() {
            let text = template(topic, 1_700_000_000).unwrap();
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(value["topic"], topic);
            assert!(value["data"]["item"]["type"].is_string(), "{text}");
            let compact = serde_json::to_string(&value).unwrap();
            assert_eq!(text.len(), compact.len(), "{text}");
            let notification = Notification::parse(text.as_bytes()).unwrap();
            assert_eq!(notification.created_at, Some(1_700_000_000));
            assert!(ids.insert(notification.id.unwrap()));
        }
        assert_eq!(ids.len(), TOPICS.len());
        assert_eq!(template("no.such.topic", 0), None);
    }
}

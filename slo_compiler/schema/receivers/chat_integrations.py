"""Integrations that write into a chat: their keys."""

from __future__ import annotations

from typing import Final

from slo_compiler.schema.receivers.http_client_keys import AUTHORIZED, SEND
from slo_compiler.schema.receivers.integration_keys import (
    Choice,
    Items,
    Needs,
    Scalar,
    Secret,
    Section,
    in_file,
    keys,
)

# github.com/prometheus/alertmanager 0.33.1: config/{notifiers,config}.go and notify/*/config.go; since is
# from its CHANGELOG.md. The tests show every key to the amtool of 0.25.0 and of 0.33.1.
SLACK_BOT_API: Final = "https://slack.com/api/chat.postMessage"
"""What bots are told to write to. Their token stands elsewhere, so this is no secret."""

_FIELD: Final = Section(
    {**keys(Scalar.TEXT, "title", "value"), **keys(Scalar.FLAG, "short")},
    needs=(Needs(("title",)), Needs(("value",))),
)

DISCORD: Final = Section(
    {
        **SEND,
        **in_file("webhook_url", since="0.27"),
        **keys(Scalar.TEXT, "title", "message"),
        **keys(Scalar.TEXT, "content", "username", "avatar_url", since="0.28"),
    },
    needs=(Needs(("webhook_url_file",)),),
)

_MATTERMOST_ATTACHMENT: Final = {
    **keys(Scalar.TEXT, "fallback", "color", "pretext", "author_name", "author_link", since="0.32"),
    **keys(Scalar.TEXT, "author_icon", "title", "title_link", "thumb_url", "image_url", since="0.32"),
    **keys(Scalar.TEXT, "footer", "footer_icon", since="0.32"),
    **keys(Items(_FIELD), "fields", since="0.32"),
}

_MATTERMOST_PRIORITY: Final = Section(
    {
        **keys(Scalar.TEXT, "priority"),
        **keys(Scalar.FLAG, "requested_ack", "persistent_notifications"),
    }
)

MATTERMOST: Final = Section(
    {
        **SEND,
        **in_file("webhook_url"),
        **keys(Scalar.TEXT, "channel", "username", "text", "icon_url", "icon_emoji", "type"),
        **keys(Items(Section({**_MATTERMOST_ATTACHMENT, **keys(Scalar.TEXT, "text")})), "attachments"),
        **keys(Section(keys(Scalar.TEXT, "card")), "props"),
        **keys(_MATTERMOST_PRIORITY, "priority"),
        **_MATTERMOST_ATTACHMENT,
    },
    needs=(Needs(("webhook_url_file", "global.mattermost_webhook_url_file")),),
)

MSTEAMS: Final = Section(
    {
        **SEND,
        **in_file("webhook_url", since="0.27"),
        **keys(Scalar.TEXT, "title", "text"),
        **keys(Scalar.TEXT, "summary", since="0.27"),
    },
    needs=(Needs(("webhook_url_file",)),),
)

MSTEAMSV2: Final = Section(
    {**SEND, **in_file("webhook_url"), **keys(Scalar.TEXT, "title", "text")},
    needs=(Needs(("webhook_url_file",)),),
)

# Keys that the source gives no name to in YAML: there they are in lower case and without underscores.
_ROCKETCHAT_ACTION: Final = Section(
    {
        **keys(Scalar.TEXT, "type", "text", "url", "imageurl", "webviewheightratio"),
        **keys(Scalar.TEXT, "msg", "msgprocessingtype"),
        **keys(Scalar.FLAG, "iswebview", "msginchatwindow"),
    }
)

ROCKETCHAT: Final = Section(
    {
        **SEND,
        **keys(Scalar.URL, "api_url"),
        **in_file("token", "token_id"),
        **keys(Scalar.TEXT, "channel", "color", "title", "title_link", "text", "emoji", "icon_url"),
        **keys(Scalar.TEXT, "image_url", "thumb_url"),
        **keys(Items(Section(_FIELD.keys)), "fields"),
        **keys(Items(_ROCKETCHAT_ACTION), "actions"),
        **keys(Scalar.FLAG, "short_fields", "link_names"),
    },
    needs=(
        Needs(("token_file", "global.rocketchat_token_file")),
        Needs(("token_id_file", "global.rocketchat_token_id_file")),
    ),
)

_SLACK_CONFIRM: Final = Section(
    keys(Scalar.TEXT, "text", "title", "ok_text", "dismiss_text"), needs=(Needs(("text",)),)
)

_SLACK_ACTION: Final = Section(
    {**keys(Scalar.TEXT, "type", "text", "url", "style", "name", "value"), **keys(_SLACK_CONFIRM, "confirm")},
    needs=(Needs(("type",)), Needs(("text",)), Needs(("url", "name"))),
)

SLACK: Final = Section(
    {
        **SEND,
        **in_file("api_url"),
        **keys(Secret(harmless=SLACK_BOT_API), "api_url"),
        **in_file("app_token", since="0.30"),
        **keys(Scalar.TEXT, "channel", "username", "color", "title", "title_link", "pretext", "text"),
        **keys(Scalar.TEXT, "footer", "fallback", "callback_id", "icon_emoji", "icon_url", "image_url"),
        **keys(Scalar.TEXT, "thumb_url"),
        **keys(Scalar.FLAG, "short_fields", "link_names"),
        **keys(Items(Scalar.TEXT), "mrkdwn_in"),
        **keys(Items(_FIELD), "fields"),
        **keys(Items(_SLACK_ACTION), "actions"),
        **keys(Scalar.URL, "app_url", since="0.30"),
        **keys(Scalar.GO_DURATION, "timeout", since="0.30"),
        **keys(Scalar.TEXT, "message_text", since="0.31"),
        **keys(Scalar.FLAG, "update_message", since="0.32"),
    },
    needs=(
        Needs(
            (
                "api_url_file",
                "app_token_file",
                "global.slack_api_url_file",
                "global.slack_app_token_file",
            )
        ),
        Needs(("api_url",), when="update_message"),
    ),
    excludes=(("api_url", "api_url_file", "app_token_file"), ("app_token_file", *AUTHORIZED)),
)

TELEGRAM: Final = Section(
    {
        **SEND,
        **in_file("bot_token", since="0.26"),
        **keys(Scalar.URL, "api_url"),
        **keys(Scalar.WHOLE, "chat_id"),
        **keys(Scalar.TEXT, "message"),
        **keys(Scalar.FLAG, "disable_notifications"),
        **keys(Choice(("", "Markdown", "MarkdownV2", "HTML")), "parse_mode"),
        **keys(Scalar.WHOLE, "message_thread_id", since="0.28"),
        **keys(Scalar.FILE, "chat_id_file", since="0.31"),
    },
    needs=(
        Needs(("bot_token_file", "global.telegram_bot_token_file")),
        Needs(("chat_id", "chat_id_file")),
    ),
    excludes=(("chat_id", "chat_id_file"),),
)

WEBEX: Final = Section(
    {**SEND, **keys(Scalar.URL, "api_url"), **keys(Scalar.TEXT, "message", "room_id")},
    needs=(
        Needs(("room_id",)),
        Needs(AUTHORIZED),
    ),
)

WECHAT: Final = Section(
    {
        **SEND,
        **in_file("api_secret", since="0.31"),
        **keys(Scalar.URL, "api_url"),
        **keys(Scalar.TEXT, "corp_id", "message", "to_user", "to_party", "to_tag", "agent_id"),
        **keys(Choice(("", "text", "markdown")), "message_type"),
    },
    needs=(
        Needs(("api_secret_file", "global.wechat_api_secret_file")),
        Needs(("corp_id", "global.wechat_api_corp_id")),
    ),
)

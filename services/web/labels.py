"""What pages call the things that are stored by a name: their English, by that name.

A page shows one by ``phrase(labels.ROLE[role])``, with what its braces name; or, where others than these
may come, by ``named(labels.ACTOR, actor)``. One long file, because it is one table without other code.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.campaigns.rules.matching import Ground
from services.figures.rules.click import ClickClass
from services.message import Message, label
from services.post import PostState
from services.voice.writing.relations import Relation

_Labels = Mapping[str, Message]


#: What somebody may do here (`services.people.store.people.ROLES`).
ROLE: _Labels = {
    "ambassador": label("people.role.ambassador", "Ambassador"),
    "recruiter": label("people.role.recruiter", "Recruiter"),
    "marketing": label("people.role.marketing", "Marketing"),
    "administrator": label("people.role.administrator", "Administrator"),
}

#: What an administrator did with somebody.
PERSON_DONE: _Labels = {
    "saved": label("people.done.saved", "Saved."),
    "signed_out": label("people.done.signed-out", "Signed out everywhere."),
    "deactivated": label("people.done.deactivated", "Deactivated."),
    "reactivated": label("people.done.reactivated", "Active again."),
    "deleted": label("people.done.deleted", "Deleted. Only figures are left, without the person."),
}

#: What a key of another system opens (`services.people.api_keys.SCOPES`).
SCOPE: _Labels = {
    "events": label("api-key.scope.events", "Send events"),
    "figures": label("api-key.scope.figures", "Read figures"),
}

#: Parts of Zwaan that act; all other actors are people.
ACTOR: _Labels = {
    "campaigns": label("audit.actor.campaigns", "Zwaan"),
    "publisher": label("audit.actor.publisher", "Zwaan"),
    "api": label("audit.actor.api", "Another system"),
    "command line": label("audit.actor.command-line", "The command line"),
}

#: How long somebody's texts are.
LENGTH: _Labels = {
    "short": label("length.short", "short"),
    "medium": label("length.medium", "medium"),
    "long": label("length.long", "long"),
}

#: What somebody's edits taught.
LESSON: _Labels = {
    "hashtags": label("voice.lesson.hashtags", "No hashtags."),
    "length": label("voice.lesson.length", "Shorter."),
}

#: The same, where some are left.
LESSON_FEWER: _Labels = {
    "hashtags": label("voice.lesson.fewer.hashtags", "At most {most} hashtags."),
}

#: What somebody did with their own voice.
VOICE_DONE: _Labels = {
    "saved": label("voice.done.saved", "Saved. Your next text is written like this."),
    "deleted": label(
        "voice.done.deleted",
        "Everything is deleted. We write with what your organisation knows of you again.",
    ),
}

#: Figures in a file of LinkedIn.
METRIC: _Labels = {
    "impressions": label("import-reach.metric.impressions", "Times shown"),
    "reach": label("import-reach.metric.reach", "Reach: how many people"),
    "reactions": label("import-reach.metric.reactions", "Reactions (likes and such)"),
    "comments": label("import-reach.metric.comments", "Comments"),
    "reshares": label("import-reach.metric.reshares", "Times shared"),
}

POST_STATE: _Labels = {
    PostState.READY: label("post.state.ready", "Waiting for you"),
    PostState.APPROVED: label("post.state.approved", "Approved"),
    PostState.PUBLISHING: label("post.state.publishing", "Being published"),
    PostState.PUBLISHED: label("post.state.published", "Published"),
    PostState.SHARED: label("post.state.shared", "Shared (unconfirmed)"),
    PostState.FAILED: label("post.state.failed", "Not published"),
    PostState.UNKNOWN: label("post.state.unknown", "Perhaps published"),
    PostState.DECLINED: label("post.state.declined", "Declined"),
    PostState.CANCELLED: label("post.state.cancelled", "Cancelled"),
}

#: How a decision is taken back.
UNDO: _Labels = {
    PostState.APPROVED: label("inbox.undo.approved", "Undo"),
    PostState.DECLINED: label("inbox.undo.declined", "Look at it again after all"),
    PostState.SHARED: label("inbox.undo.shared", "It was not shared after all"),
}

#: The relation of a person to a story, as that person reads it.
STAND: _Labels = {
    Relation.AUTHOR: label("inbox.stand.author", "You wrote this story."),
    Relation.NAMED: label("inbox.stand.named", "You are in this story."),
    Relation.ROLE: label("inbox.stand.role", "This is your job."),
    Relation.TEAM: label("inbox.stand.team", "It comes from your team."),
    Relation.CRAFT: label("inbox.stand.craft", "Its author does the same work as you."),
    Relation.COLLEAGUE: label("inbox.stand.colleague", "You work here too."),
}

#: The same, as the writers of templates read it.
RELATION: _Labels = {
    Relation.AUTHOR: label("templates.relation.author", "who wrote it"),
    Relation.NAMED: label("templates.relation.named", "who is in it"),
    Relation.ROLE: label("templates.relation.role", "who has this job"),
    Relation.TEAM: label("templates.relation.team", "the same team"),
    Relation.CRAFT: label("templates.relation.craft", "the same work as the author"),
    Relation.COLLEAGUE: label("templates.relation.colleague", "the other colleagues"),
}

#: Why there is a question and no text, as the person asked reads it.
ASKED: _Labels = {
    "asked": label(
        "inbox.asked.asked",
        "Answer in two sentences, and that becomes your post. You may choose a ready text as well.",
    ),
    "capacity": label(
        "inbox.asked.capacity",
        "All texts about this are given out, and you do not get the same as somebody else. Answer in two sentences, and that becomes your post.",
    ),
    "thin": label(
        "inbox.asked.thin",
        "Too little is on paper about this for a text. Answer in two sentences, and that becomes your post.",
    ),
    "language": label(
        "inbox.asked.language",
        "The story is in another language than yours. Answer in two sentences, and that becomes your post.",
    ),
    "words": label(
        "inbox.asked.words",
        "Every text held a word that you or your organisation avoid. Answer in two sentences, and that becomes your post.",
    ),
    "length": label(
        "inbox.asked.length",
        "No text fitted this network. Answer in two sentences, and that becomes your post.",
    ),
    "unclear": label(
        "inbox.asked.unclear",
        "Your answer is kept. Add to it, or send it once more as it is.",
    ),
}

#: The same, as the manager who began the campaign reads it.
ASKED_BECAUSE: _Labels = {
    "asked": label("campaign.asked.asked", "They are asked for their own words first."),
    "capacity": label("campaign.asked.capacity", "All posts are given out."),
    "thin": label("campaign.asked.thin", "The source tells too little."),
    "language": label("campaign.asked.language", "The source is in another language."),
    "words": label("campaign.asked.words", "Every post held a word that is not used."),
    "length": label("campaign.asked.length", "No post fitted."),
}

CAMPAIGN_KIND: _Labels = {
    "story": label("campaign.kind.story", "story"),
    "vacancy": label("campaign.kind.vacancy", "vacancy"),
}

CAMPAIGN_STATE: _Labels = {
    "prepared": label("campaign.state.prepared", "not begun"),
    "open": label("campaign.state.open", "open"),
    "closed": label("campaign.state.closed", "closed"),
}

#: How it goes with the handful that was asked first.
GOING: _Labels = {
    "well": label(
        "campaign.going.well",
        "It goes well: at least a third of those asked has shared. Ask the others too.",
    ),
    "early": label(
        "campaign.going.early",
        "It is too early to say: colleagues share at a good time, so wait three days.",
    ),
    "badly": label(
        "campaign.going.badly",
        "It goes badly: after three days fewer than a third of those asked has shared. Read first what colleagues wrote, or ask a few of them.",
    ),
}

#: How well a campaign fits somebody.
STRENGTH: _Labels = {
    "strong": label("audience.strength.strong", "strong fit"),
    "good": label("audience.strength.good", "good fit"),
    "possible": label("audience.strength.possible", "possible fit"),
    "added": label("audience.strength.added", "by hand"),
}

#: Why a campaign asks somebody; `INTEREST` is theirs to know.
GROUND: _Labels = {
    Ground.CRAFT: label("audience.ground.craft", "same craft: {about}"),
    Ground.TEAM: label("audience.ground.team", "same team: {about}"),
    Ground.REGION: label("audience.ground.region", "same region: {about}"),
    Ground.AUTHOR: label("audience.ground.author", "wrote this story"),
    Ground.TOPIC: label("audience.ground.topic", "wants to share about: {about}"),
    Ground.MENTION: label("audience.ground.mention", "the story mentions: {about}"),
    Ground.LANGUAGE: label("audience.ground.language", "writes in this language"),
    Ground.ADDED: label("audience.ground.added", "added by {about}"),
}

#: Whom a passage is about, so that it is used only after a choice.
SENSITIVE: _Labels = {
    "client": label(
        "passages.why.client", "It is about a client, patient or resident with a name."
    ),
    "health": label("passages.why.health", "It is about somebody's health."),
    "debts": label("passages.why.debts", "It is about somebody's debts."),
    "age": label("passages.why.age", "It tells the age of a private person."),
    "blame": label("passages.why.blame", "It tells somebody's mistake, with a name."),
}

#: Why a story carries no post.
LACKING: _Labels = {
    "short": label("passages.thin.short", "It is too short to make posts of."),
    "no_event": label(
        "passages.thin.no-event",
        "It says what is so, and not what happened, so there is nothing to tell on.",
    ),
    "unclear": label(
        "passages.thin.unclear",
        "Each of its sentences leans on another, or on the day it was written.",
    ),
    "list_only": label("passages.thin.list-only", "It is a list, and nobody tells a list on."),
    "other_language": label(
        "passages.thin.other-language",
        "It is in another language than was chosen for it. Make it anew in the right language.",
    ),
    "sensitive": label(
        "passages.thin.sensitive",
        "All that it tells is about somebody. Tick what may be told, or add a passage.",
    ),
}

#: What to ask its author then.
LACKING_QUESTION: _Labels = {
    "short": label("passages.question.short", "What went wrong before it worked, and who noticed?"),
    "no_event": label(
        "passages.question.no-event",
        "Which day do you remember of it: who did what, and what came of it?",
    ),
    "unclear": label(
        "passages.question.unclear",
        "How would you tell it to a stranger, in two sentences: on what date was it, who did what, and what came of it?",
    ),
    "list_only": label(
        "passages.question.list-only",
        "Which of these points went differently than planned, and for whom?",
    ),
}

#: What comes of beginning without.
AS_IT_IS: _Labels = {
    "story": label(
        "passages.as-it-is.story",
        "Add the answer below as a passage. If you begin without, nobody gets a text: everybody is asked a question, and their answer becomes their post.",
    ),
    "vacancy": label(
        "passages.as-it-is.vacancy",
        "Add the answer below as a passage. If you begin without, posts only name the job, the place and the hours.",
    ),
}

#: How a figure is known.
TAG: _Labels = {
    "measured": label("figure.tag.measured", "measured"),
    "estimated": label("figure.tag.estimated", "estimated"),
    "unknown": label("figure.tag.unknown", "unknown"),
    "hidden": label("figure.tag.hidden", "not shown"),
}

#: What there is to see over time, by the name of a series.
SERIES: _Labels = {
    "posts": label("figures.time.posts", "Posts published"),
    "human": label("figures.time.human", "People who clicked"),
    "impressions": label("figures.time.impressions", "Times shown"),
    "reach": label("figures.time.reach", "Reach"),
    "reactions": label("figures.time.reactions", "Reactions"),
    "comments": label("figures.time.comments", "Comments"),
    "reshares": label("figures.time.reshares", "Times shared"),
    "applied": label("figures.time.applied", "Applied"),
    "interview": label("figures.time.interview", "Interviewed"),
    "hired": label("figures.time.hired", "Hired"),
}

#: The source of a figure, and how it is counted.
TELLS: _Labels = {
    "zwaan": label("figures.time.from.zwaan", "Counted by Zwaan: posts that went out."),
    "links": label(
        "figures.time.from.links",
        "Counted by our own short links: people, without machines and repeats.",
    ),
    "networks": label(
        "figures.time.from.networks",
        "As the networks tell: of each post the day's last total, less that of the day before.",
    ),
    "estimate": label(
        "figures.time.from.estimate",
        "Of each post the followers of its author times the share that your settings name.",
    ),
    "ats": label(
        "figures.time.from.ats",
        "Told by your recruiting system; what names no link belongs to no network, language or team.",
    ),
}

#: Times that may be asked for.
RANGE: _Labels = {
    "7": label("figures.time.range.7", "7 days"),
    "30": label("figures.time.range.30", "30 days"),
    "90": label("figures.time.range.90", "90 days"),
    "12m": label("figures.time.range.12m", "12 months"),
}

#: By what figures are divided.
DIMENSION: _Labels = {
    "campaign": label("figures.time.by.campaign", "Campaign"),
    "network": label("figures.time.by.network", "Network"),
    "language": label("figures.time.by.language", "Language"),
    "team": label("figures.time.by.team", "Team"),
    "kind": label("figures.time.by.kind", "Kind"),
}

#: Figures of a campaign.
FIGURE: _Labels = {
    "audience": label("figures.row.audience", "Colleagues asked"),
    "published": label("figures.row.published", "Posts published"),
    "clicks_human": label("figures.row.clicks-human", "People who clicked"),
    "clicks_bot": label("figures.row.clicks-bot", "Clicks by machines"),
    "clicks_duplicate": label("figures.row.clicks-duplicate", "Repeated clicks"),
    "applicants_applied": label("figures.row.applicants-applied", "Applied"),
    "applicants_interview": label("figures.row.applicants-interview", "Interviewed"),
    "applicants_hired": label("figures.row.applicants-hired", "Hired"),
    "applicants_rejected": label("figures.row.applicants-rejected", "Turned down"),
    "reach": label("figures.row.reach", "Reach"),
    "impressions": label("figures.row.impressions", "Times shown"),
    "posts_without_reach": label("figures.row.posts-without-reach", "Posts without a reach figure"),
}

CLICKS: _Labels = {
    ClickClass.HUMAN: label("figure.human", "People who clicked"),
    ClickClass.BOT: label("figure.bot", "Clicks by machines"),
    ClickClass.DUPLICATE: label("figure.duplicate", "Repeated clicks"),
}

#: How far an applicant came.
APPLICANTS: _Labels = {
    "applied": label("applicant.applied", "Applied"),
    "interview": label("applicant.interview", "Interviewed"),
    "hired": label("applicant.hired", "Hired"),
    "rejected": label("applicant.rejected", "Turned down"),
}

#: Which of the applicants at a stage.
TOUCH: _Labels = {
    "first_touch": label("figures.first-touch", "by these posts, by the first link they followed"),
    "last_touch": label("figures.last-touch", "by these posts, by the last link they followed"),
    "unattributed": label("figures.unattributed", "by whose post nobody knows"),
}

#: What a network charges for besides posts.
BILLED: _Labels = {
    "post_read": label("figures.bill.post-read", "Posts read, with their figures, at {price}"),
    "user_read": label("figures.bill.user-read", "Accounts read when connecting, at {price}"),
    "media_metadata": label("figures.bill.media-metadata", "Alt texts of images at {price}"),
    "post_delete": label("figures.bill.post-delete", "Posts taken off, at {price} at most"),
}

#: The source of a figure, by the name that is stored; a sentence is shown as it is.
FIGURE_SOURCE: _Labels = {
    "zwaan": label("figure.by.zwaan", "Zwaan"),
    "zwaan short links": label("figure.by.short-links", "Zwaan short links"),
    "applicant tracking system": label("figure.by.recruiting-system", "Applicant tracking system"),
    "linkedin:memberCreatorPostAnalytics": label(
        "figure.by.linkedin", "LinkedIn, the member's own figures"
    ),
    "told by the member": label("figure.by.member", "Told by the member"),
    "followers × rate": label(
        "figure.by.followers", "Each one's followers, times the share that your settings name"
    ),
    "LinkedIn's own analytics, imported by the member": label(
        "figure.by.linkedin-file", "LinkedIn's own analytics, imported by the member"
    ),
}

FIGURES_OF_POST = label("figure.by.network", "{network}, the figures of the post")

#: Why a click is not counted as a person; machines keep their own names.
NOT_COUNTED: _Labels = {
    "again within 30 minutes": label("figure.not-counted.again", "Again within 30 minutes"),
    "HEAD request": label("figure.not-counted.head", "HEAD request"),
    "prefetch": label("figure.not-counted.prefetch", "Prefetch"),
    "no user agent": label("figure.not-counted.no-user-agent", "No user agent"),
}

#: What makes a word sound like advertising.
BOAST: _Labels = {
    "praise": label("boasts.kind.praise", "praise"),
    "superlative": label("boasts.kind.superlative", "superlative"),
    "jargon": label("boasts.kind.jargon", "jargon"),
}

TEMPLATE_KIND: _Labels = {
    "story": label("templates.kind.story", "Story"),
    "vacancy": label("templates.kind.vacancy", "Vacancy"),
}

TEMPLATE_DONE: _Labels = {
    "saved": label("templates.done.saved", "Saved. New texts are written with it."),
    "restored": label("templates.done.restored", "Put back. New texts are written with it."),
}

#: Above a page about a fault, by its status or what is wrong with the form.
FAULT_TITLE: _Labels = {
    "401": label("fault.401.title", "Please sign in"),
    "403": label("fault.403.title", "Your role does not allow this"),
    "stale": label("fault.stale.title", "This page stood open too long"),
    "foreign": label("fault.foreign.title", "This did not come from our own page"),
    "404": label("fault.404.title", "There is nothing here"),
    "405": label("fault.405.title", "That does not work here"),
    "409": label("fault.409.title", "Only you can do this"),
    "413": label("fault.413.title", "That is too large"),
    "422": label("fault.422.title", "That is not possible"),
    "429": label("fault.429.title", "Just a moment"),
    "500": label("fault.500.title", "Something went wrong on our side"),
    "503": label("fault.503.title", "Just a moment"),
}

#: Below it.
FAULT_TEXT: _Labels = {
    "401": label("fault.401.text", "This page is only for people who are signed in."),
    "403": label(
        "fault.403.text",
        "Your account has no access to this page. Ask {whom} for the role that it needs.",
    ),
    "stale": label(
        "fault.stale.text",
        "Nothing was done, because this page stood open too long. Load it again and try once more.",
    ),
    "foreign": label("fault.foreign.text", "Nothing was done. Open the page here and try again."),
    "404": label("fault.404.text", "The page does not exist, or it belongs to somebody else."),
    "405": label("fault.405.text", "Go back and use the buttons on the page."),
    "409": label("fault.409.text", "Do what it says above, then try again."),
    "413": label(
        "fault.413.text",
        "Nothing was done: what you send may be at most {limit} MB. Send a shorter text or a smaller file.",
    ),
    "422": label("fault.422.text", "Go back, change it, and try again."),
    "429": label("fault.429.text", "Nothing is lost: a link that you have works again by then."),
    "500": label("fault.500.text", "Nothing of yours is lost. Try again in a moment."),
    "503": label(
        "fault.503.text",
        "A part of Zwaan does not answer right now. Nothing of yours is lost. Try again in a minute.",
    ),
}

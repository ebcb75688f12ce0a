"""The names under which the tools around TikTok send the same thing.

In each list: the flat form (tiktok-live-connector 1, TikFinity), Euler's first schema, its second (also
tiktok-live-connector 2.0 to 2.4), the third (2.5, the wire's own names), LIVE Studio.
The first that leads anywhere wins.
"""

from entourage.platforms.json_events.fields import paths

MSG_ID = paths("msgId", "event.msgId", "common.msgId", "common.msg_id", "message_id", "messageId", "msg_id")
ROOM = paths("roomId", "event.roomId", "common.roomId", "common.room_id", "room_id")
TIME = paths("createTime", "event.createTime", "common.createTime", "common.create_time", "timestamp")
DISPLAY_KEY = paths(
    "displayType", "event.eventDetails.displayType", "common.displayText.displayType", "common.displayText.key",
    "common.display_text.key",
)  # fmt: skip

USER_ID = paths("user.userId", "user.id", "user.user_id", "user.idStr", "user.id_str", "userId", "user_id")
HANDLE = paths("user.uniqueId", "user.displayId", "user.display_id", "user.unique_id", "uniqueId", "unique_id", "username")
NAME = paths("user.nickname", "nickname")
AVATAR = paths(
    "user.profilePictureUrl", "user.profilePicture.urls.0", "user.profilePicture.url.0", "user.avatarThumb.urlList.0",
    "user.avatar_thumb.url_list.0", "user.avatar_url", "profilePictureUrl", "userDetails.profilePictureUrls.0",
)  # fmt: skip
BIO = paths("user.bioDescription", "user.bio", "userDetails.bioDescription", "bioDescription")
FOLLOWERS = paths("user.followInfo.followerCount", "user.follow_info.follower_count", "followInfo.followerCount")
FOLLOWING = paths("user.followInfo.followingCount", "user.follow_info.following_count", "followInfo.followingCount")
VERIFIED = paths("user.verified", "user.isVerified", "isVerified", "verified")
MODERATOR = paths(
    "userIdentity.isModeratorOfAnchor", "userIdentity.isModerator", "user_identity.is_moderator_of_anchor",
    "user.isModerator", "isModerator",
)  # fmt: skip
SUBSCRIBER = paths("userIdentity.isSubscriberOfAnchor", "user_identity.is_subscriber_of_anchor", "user.isSubscriber", "isSubscriber")
FOLLOWER = paths("userIdentity.isFollowerOfAnchor", "userIdentity.isFollower", "user_identity.is_follower_of_anchor")
FOLLOW_ROLE = paths("followRole", "user.followRole")  # 0 none, 1 follower, 2 friend

TEXT = paths("comment", "content", "message", "text")
LANGUAGE = paths("contentLanguage", "content_language", "language")

LIKES = paths("likeCount", "count", "like_count")
LIKES_TOTAL = paths("totalLikeCount", "total", "totalLikes", "total_like_count")

GIFT_ID = paths("giftId", "gift.id", "gift.gift_id", "gift_id", "giftDetails.id")
GIFT_NAME = paths("giftName", "giftDetails.giftName", "gift.name", "extendedGiftInfo.name", "gift_name")
GIFT_COINS = paths(
    "diamondCount", "giftDetails.diamondCount", "gift.diamondCount", "gift.diamond_count",
    "extendedGiftInfo.diamond_count", "diamond_count",
)  # fmt: skip
GIFT_KIND = paths("giftType", "giftDetails.giftType", "gift.type", "gift.giftType", "gift.gift_type", "gift_type")
GIFT_REPEAT = paths("repeatCount", "repeat_count", "gift.repeat_count")
GIFT_ENDED = paths("repeatEnd", "repeat_end", "gift.repeat_end")
GIFT_GROUP = paths("groupId", "group_id")
GIFT_TO = paths("toUser.userId", "toUser.id", "to_user.id", "receiverUserId", "giftExtra.receiverUserId")

ACTION = paths("actionId", "action")
MONTHS = paths("subMonth", "sub_month", "months")
WATCHING = paths("viewerCount", "viewer_count", "total", "watching")
BEEN_IN = paths("totalUser", "total_user")

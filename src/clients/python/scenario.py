"""Runs a scenario with the generated client."""

import json
import os
import re
from uuid import uuid4

import quire_client as quire


def refused(status, call):
    """The problem that a call is answered with, which has to have this status."""
    try:
        call()
    except quire.ApiException as refusal:
        assert refusal.status == status, refusal
        return quire.Problem.from_json(refusal.body)
    raise AssertionError(f"not {status}")


def header(answer, name):
    """A header field, of which the client keeps the spelling that was sent."""
    return next(value for key, value in answer.headers.items() if key.lower() == name)


def names(post):
    return [category.name for category in post.categories]


client = quire.ApiClient(quire.Configuration(host=os.environ["QUIRE_API"]))
authentication = quire.AuthenticationApi(client)
posts = quire.PostsApi(client)
users = quire.UsersApi(client)
number = str(uuid4())[:8]
email, password = f"{uuid4()}@quire.test", str(uuid4())

# A user is registered along with an address.
address = quire.AddressInput(street="12 St James's Square", city="London", country="United Kingdom")
user = authentication.register(
    quire.Registration(email=email, name="Ada Lovelace", password=password, address=address)
)
assert user.email == email
assert user.address.city == "London"
assert user.created_by is None

# A refresh token is good once, and is answered with the next one.
first = authentication.log_in(quire.LogInInput(email=email, password=password))
assert first.user.id == user.id
second = authentication.refresh(quire.RefreshInput(refresh_token=first.refresh_token))
assert second.refresh_token != first.refresh_token
client.configuration.access_token = second.access_token
assert authentication.get_self().id == user.id

# Posts have categories by id and by name.
engines = quire.CategoriesApi(client).put_category_named(f"Engines {number}")
made = []
for title in ["One", "Two", "Three", "Four", "Five"]:
    categories = [quire.CategoryReference(id=engines.id), quire.CategoryReference(name=f"Numbers {number}")]
    made.append(posts.create_post(quire.PostInput(title=title, content="On the engine", categories=categories)))
post = made[0]
assert post.author.id == user.id
assert names(post) == [f"Engines {number}", f"Numbers {number}"]

# A list is read page by page, for as long as there is a next one.
newest_first = [post.id for post in reversed(made)]
seen, cursor = [], None
while True:
    page = posts.list_posts_with_http_info(category=[engines.id], limit=2, cursor=cursor)
    assert len(page.data) <= 2
    seen += [row.id for row in page.data]
    link = re.search(r'[?&]cursor=([^&>]*)[^>]*>; rel="next"', header(page, "link"))
    if not link:
        break
    cursor = link.group(1)
assert seen == newest_first

# An export has every row, one in each line, and their number in the last.
*rows, count = bytes(posts.export_posts(category=[engines.id])).decode().splitlines()
assert [quire.Post.from_json(row).id for row in rows] == newest_first
assert json.loads(count) == {"count": 5}

# Relations are embedded along with those that are required.
include = [quire.PostRelation.AUTHOR, quire.PostRelation.CATEGORIES, quire.PostRelation.COMMENTS]
assert posts.get_post(post.id, include=include).comments == []

# Of two who change a post with the same tag, one wins; the other reloads and tries again.
tag = header(posts.get_post_with_http_info(post.id), "etag")
assert posts.patch_post(post.id, quire.PostPatch(title="Notes"), if_match=tag).title == "Notes"
history = quire.CategoryLinks(connect=[quire.CategoryReference(name=f"History {number}")])
patch = quire.PostPatch(categories=history)
lost = refused(412, lambda: posts.patch_post(post.id, patch, if_match=tag))
assert lost.errors[0].header == "If-Match"
reloaded = header(posts.get_post_with_http_info(post.id), "etag")
retried = posts.patch_post(post.id, patch, if_match=reloaded)
assert retried.title == "Notes"
assert names(retried) == [f"Engines {number}", f"History {number}", f"Numbers {number}"]

# A POST that may have been lost is sent again with its key.
key = str(uuid4())
once = quire.PostInput(title="Six", content="Once")
sent = posts.create_post(once, idempotency_key=key)
again = posts.create_post_with_http_info(once, idempotency_key=key)
assert again.data == sent
assert header(again, "idempotency-replayed") == "true"
six = posts.list_posts_of_user_with_http_info(user.id, q="Once", prefer="count=exact")
assert six.data == [sent]
assert header(six, "x-total-count") == "1"

# A problem says what is wrong, and where. The client itself refuses texts that are too short.
references = [quire.CategoryReference(id=engines.id), quire.CategoryReference(name=" ")]
bad = quire.PostInput(title=" ", content=" ", categories=references)
invalid = refused(422, lambda: posts.create_post(bad))
assert invalid.type == quire.ProblemType.INVALID
assert [error.pointer for error in invalid.errors] == ["/categories/1/name", "/content", "/title"]

# A user with posts is deleted only with a policy for them.
in_use = refused(409, lambda: users.delete_user(user.id))
assert in_use.type == quire.ProblemType.IN_USE
assert [(blocker.relation, blocker.count) for blocker in in_use.relations] == [("posts", 6)]
preview = users.delete_user(user.id, on_delete="cascade", dry_run=True)
assert next(effect.count for effect in preview.deleted if effect.relation == "posts") == 6
assert users.delete_user_with_http_info(user.id, on_delete="cascade").status_code == 204
client.configuration.access_token = None
assert refused(404, lambda: posts.get_post(post.id)).status == 404

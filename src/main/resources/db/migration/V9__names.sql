-- One name is one name: without regard to case, to compatible characters (NFKC), to what is ignored where it is shown
-- (Default_Ignorable_Code_Point) and to the spaces around it. As NFKC_Casefold of Unicode, as far as PostgreSQL 14 has it.
-- dev.quire.text.Blanks has the same sets of characters.
drop index categories_name_key;
drop index users_email_key;

create function ignored() returns text
  language sql immutable parallel safe
  return '\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164'
    || '\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFF8\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF';

create function spaces() returns text
  language sql immutable parallel safe
  return '\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u2800\u3000';

create function trim_spaces(value text) returns text
  language sql immutable strict parallel safe
  return regexp_replace(value collate "C", '^[' || spaces() || ']+|[' || spaces() || ']+$', '', 'g');

-- lower() knows where a word ends: there it makes another sigma of the same letter.
create function fold_case(value text) returns text
  language sql immutable strict parallel safe
  return normalize(replace(lower(upper(lower(
    normalize(regexp_replace(value collate "C", '[' || ignored() || ']', '', 'g'), NFKC) collate "und-x-icu"))),
    'ς', 'σ'), NFKC);

create or replace function fold(value text) returns text
  language sql immutable strict parallel safe
  return trim_spaces(fold_case(value));

-- A name that nobody sees gets one.
update categories set name = 'Unnamed category ' || id, version = version + 1 where fold(name) = '';

-- Of those that are one category now the oldest stays, with the posts of all.
with merged as (
  select id, kept from (select id, min(id) over (partition by fold(name)) kept from categories) c where id <> kept
), linked as (
  insert into post_categories (post_id, category_id, post_created_at)
  select distinct l.post_id, m.kept, l.post_created_at
  from post_categories l join merged m on m.id = l.category_id
  on conflict do nothing
)
delete from categories where id in (select id from merged);

update categories set name = trim_spaces(name), version = version + 1 where name <> trim_spaces(name);

create unique index categories_name_key on categories (fold(name));
create unique index users_email_key on users (fold(email));

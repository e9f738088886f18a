-- Search finds what is written, in every script and on every cluster: one function makes words of texts and of queries. A word
-- is a run of letters, digits and marks, folded as names are (V9); of a run of a script without spaces (Chinese, Japanese,
-- Korean, Thai and others) it is each pair of neighbours; an emoji is a word; everything else separates.

-- Marks, which PostgreSQL takes for no letters.
create function search_marks() returns text
  language sql immutable parallel safe
  return '\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF\u05C1-\u05C2\u05C4-\u05C5\u05C7\u0610-\u061A\u064B-\u065F\u0670'
    || '\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED\u0711-\u07F3\u07FD\u0816-\u082D\u0859-\u085B\u0898-\u08E1\u08E3-\u0963'
    || '\u0981-\u09E3\u09FE-\u0A75\u0A81-\u0AE3\u0AFA-\u0B63\u0B82-\u0BD7\u0C00-\u0C63\u0C81-\u0C83\u0CBC-\u0D4D'
    || '\u0D57-\u0D63\u0D81-\u0DF3\u0E31-\u0E3A\u0E47-\u0E4E\u0EB1-\u0ECD\u0F18-\u0F19\u0F35\u0F37\u0F39\u0F3E-\u0F84'
    || '\u0F86-\u0FBC\u0FC6\u102B-\u103E\u1056-\u109D\u135D-\u135F\u1712-\u1734\u1752-\u17D3\u17DD\u1885-\u193B'
    || '\u1A17-\u1A1B\u1A55-\u1A7F\u1AB0-\u1B44\u1B6B-\u1B73\u1B80-\u1BF3\u1C24-\u1C37\u1CD0-\u1CD2\u1CD4-\u1DFF'
    || '\u20D0-\u20F0\u2CEF-\u2CF1\u2D7F-\u2DFF\u302A-\u302F\u3099-\u309A\uA66F-\uA672\uA674-\uA67D\uA69E-\uA6F1'
    || '\uA802-\uA827\uA82C\uA880-\uA8C5\uA8E0-\uA8F1\uA8FF-\uA92D\uA947-\uA953\uA980-\uA9C0\uA9E5-\uAA4D\uAA7B-\uAAC1'
    || '\uAAEB-\uAAEF\uAAF5-\uAAF6\uABE3-\uABEA\uABEC-\uFB1E\uFE20-\uFE2F\U000101FD-\U0001037A\U00010A01-\U00010A3F'
    || '\U00010AE5-\U00010AE6\U00010D24-\U00010EAC\U00010F46-\U00010F50\U00010F82-\U00010F85\U00011000-\U00011046'
    || '\U00011070-\U000110BA\U000110C2\U00011100-\U00011134\U00011145-\U00011173\U00011180-\U000111C0'
    || '\U000111C9-\U000111CC\U000111CE-\U000111CF\U0001122C-\U00011237\U0001123E\U000112DF-\U00011446'
    || '\U0001145E-\U000114C3\U000115AF-\U000115C0\U000115DC-\U00011640\U000116AB-\U000116B7\U0001171D-\U0001172B'
    || '\U0001182C-\U0001183A\U00011930-\U00011943\U000119D1-\U000119E0\U000119E4-\U00011A3E\U00011A47-\U00011A99'
    || '\U00011C2F-\U00011C3F\U00011C92-\U00011EF6\U00016AF0-\U00016AF4\U00016B30-\U00016B36\U00016F4F-\U00016F92'
    || '\U00016FE4-\U00016FF1\U0001BC9D-\U0001BC9E\U0001CF00-\U0001CF46\U0001D165-\U0001D169\U0001D16D-\U0001D182'
    || '\U0001D185-\U0001D18B\U0001D1AA-\U0001D1AD\U0001D242-\U0001D244\U0001DA00-\U0001DA36\U0001DA3B-\U0001DA6C'
    || '\U0001DA75\U0001DA84\U0001DA9B-\U0001E136\U0001E2AE-\U0001E2EF\U0001E8D0-\U0001E94A';

-- Arrows, symbols and emoji.
create function search_symbols() returns text
  language sql immutable parallel safe
  return '\u2190-\u2BFF\U0001F000-\U0001FBFF';

-- Scripts without spaces between words, and Hangul, whose words end in particles.
create function search_unspaced() returns text
  language sql immutable parallel safe
  return '\u0E00-\u0EFF\u1000-\u109F\u1100-\u11FF\u1780-\u17FF\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30FF'
    || '\u3105-\u312F\u31A0-\u31BF\u31F0-\u31FF\u3400-\u4DBF\u4E00-\u9FFF\uA960-\uA97F\uAC00-\uD7FF\uF900-\uFAFF'
    || '\U00016FE0-\U00018DFF\U0001AFF0-\U0001B2FF\U00020000-\U0003FFFF';

-- The words of a text, with a space between them and at both ends. ASCII, of which most texts are, needs less. Not strict, so
-- that PostgreSQL has it in the plan of search_vector and does not plan it for each post.
create function search_text(value text) returns text
  language sql immutable parallel safe
  return case when octet_length(value) = char_length(value)
    then ' ' || btrim(regexp_replace(lower(value collate "und-x-icu"), '[^a-z0-9]+', ' ', 'g')) || ' '
    else ' ' || btrim(regexp_replace(regexp_replace(regexp_replace(fold_case(value) collate "und-x-icu",
      '[^[:alnum:]' || search_marks() || search_symbols() || ']+', ' ', 'g'),
      '([' || search_symbols() || ']|[' || search_unspaced() || ']+)', ' \1 ', 'g'),
      ' {2,}', ' ', 'g')) || ' '
  end;

-- The same with each word of a script without spaces as its pairs of neighbours and its last character: AB BC C for ABC.
create function search_pairs(words text, unspaced text) returns text
  language plpgsql immutable strict parallel safe as $$
begin
  if words collate "C" !~ ('[' || unspaced || ']') then
    return words;
  end if;
  return (
    select ' ' || string_agg(case when is_unspaced and next_unspaced then token || next else token end, ' ' order by n) || ' '
    from (
      select n, token, is_unspaced, lead(token) over w next, lead(is_unspaced) over w next_unspaced
      from (
        select n, match[1] token, match[1] collate "C" ~ ('^[' || unspaced || ']') is_unspaced
        from regexp_matches(btrim(words) collate "C", '[' || unspaced || ']|[^' || unspaced || ' ]+| ', 'g')
          with ordinality t (match, n)
      ) t window w as (order by n)
    ) t where token <> ' ');
end $$;

-- What a text is found by. PostgreSQL's own parser is faster; of ASCII it divides words that begin with a number such as 1e5,
-- and leaves out those of more than 2 KiB. A tsvector has at most 1 MiB, and of a word the first 255 places, up to the 16,383rd
-- word. A text that has more is marked by an exclamation mark: for phrases its search_text is looked at, see search_matches.
-- The schema is named because a backup is restored without a search_path, and to set one takes a tenth of the time.
create function search_vector(value text) returns tsvector
  language plpgsql immutable strict parallel safe as $$
declare
  words text := "${flyway:defaultSchema}".search_text(value);
  vector tsvector;
begin
  if octet_length(words) = char_length(words) and words collate "C" !~ ' [0-9]+e[0-9]+[a-z]'
      and (octet_length(words) < 2048 or words collate "C" !~ '[^ ]{255}') then
    vector := to_tsvector('simple', words);
  else
    words := "${flyway:defaultSchema}".search_pairs(words, "${flyway:defaultSchema}".search_unspaced());
    -- A place takes two bytes and their count two more, and the shortest word with its space two: three times as much.
    if octet_length(words) > 1048575 / 3 then
      return array_to_tsvector(array(select left(word, 500) from string_to_table(btrim(words), ' ') word))
        || '!'::tsvector;
    end if;
    select coalesce(string_agg(left(word, 500) || ':' || least(place, 16383), ' '), '') into vector
    from string_to_table(btrim(words), ' ') with ordinality t (word, place);
  end if;
  if octet_length(words) > 2 * 255 then
    if exists (select from unnest(vector)
        where cardinality(positions) >= 255 or positions[cardinality(positions)] = 16383) then
      vector := vector || '!'::tsvector;
    end if;
  end if;
  return vector;
end $$;

-- The terms of a query: words, and phrases in quotes, each with the search_text of it. An "or" between them starts a branch.
create function search_terms(query text) returns table (branch bigint, is_negated boolean, words text)
  language sql immutable strict parallel safe
begin atomic
  select branch, is_negated, words from (
    select count(*) filter (where match[3] = '' and lower(match[4]) = 'or') over (order by n) branch,
      coalesce(match[1], match[3]) = '-' is_negated,
      case when match[3] = '' and lower(match[4]) = 'or' then '' else search_text(coalesce(match[2], match[4])) end words
    from regexp_matches(query, '(-?)"([^"]*)"?|(-?)-*([^\s"]+)', 'g') with ordinality t (match, n)
  ) t where btrim(words) <> '';
end;

-- One phrase. What it ends with may go on in the text when it is of a script without spaces: of pairs the last character need
-- not be there, and a single one may be the beginning of a pair.
create function search_phrase(words text) returns tsquery
  language sql immutable strict parallel safe
begin atomic
  select (string_agg(quote_literal(left(word, 500)), ' <-> ' order by place)
    || case when phrase collate "C" ~ ('(^| )[' || search_unspaced() || ']$') then ':*' else '' end)::tsquery
  from regexp_replace(btrim(search_pairs(words, search_unspaced())) collate "C",
      '([' || search_unspaced() || ']{2}) [' || search_unspaced() || ']$', '\1') phrase
    cross join lateral string_to_table(phrase, ' ') with ordinality t (word, place)
  group by phrase;
end;

-- Of a text that is marked, the words of a phrase are asked for wherever they are, and no phrase is asked to be absent.
create function search_query(query text) returns tsquery
  language sql immutable strict parallel safe
begin atomic
  select string_agg('(' || conjunction || ')', ' | ')::tsquery
  from (
    select string_agg(case
        when phrase not like '% <-> %' then case when is_negated then '!' else '' end || phrase
        when is_negated then '(!(' || phrase || ') | ''!'')'
        else '(' || phrase || ' | ''!'' & ' || replace(phrase, ' <-> ', ' & ') || ')'
      end, ' & ') conjunction
    from search_terms(query) cross join lateral cast(search_phrase(words) as text) phrase group by branch
  ) t;
end;

-- Whether a text is what the query asks for, by its search_text: for those that are marked.
create function search_matches(words text, query text) returns boolean
  language sql immutable strict parallel safe
begin atomic
  select coalesce(bool_or(matches), false) from (
    select bool_and((strpos(search_matches.words, regexp_replace(term.words collate "C",
      '^ (?=[' || search_unspaced() || '])|(?<=[' || search_unspaced() || ']) $', '', 'g')) > 0) <> is_negated) matches
    from search_terms(query) term group by branch
  ) t;
end;

alter table posts drop column search;
alter table posts add search tsvector
  generated always as (search_vector(title || ' ' || content)) stored;
create index posts_search_idx on posts using gin (search);

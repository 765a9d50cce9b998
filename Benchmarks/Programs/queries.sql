-- Queries over the tables of pgbench that make and drop much: texts, JSON, sorts, joins, patterns, procedures.
select sum(length(t)) from (select string_agg(md5(aid::text), ',') t from pgbench_accounts group by aid % 500) s;
select count(distinct d->>'text') from (
    select jsonb_build_object('n', aid, 'list', array[aid, aid * 2], 'text', repeat('x', aid % 100)) d
    from pgbench_accounts where aid <= 20000) s;
select jsonb_array_length(jsonb_agg(to_jsonb(a))) from pgbench_accounts a where aid <= 10000;
select sum(place) from (
    select rank() over (partition by aid % 100 order by md5(filler || aid)) place from pgbench_accounts where aid <= 30000) s;
select count(*) from pgbench_accounts x join pgbench_accounts y on x.aid = y.aid * 3 where md5(y.aid::text) like '%a%';
select count(*) from (
    select regexp_matches(md5(aid::text), '([a-f]+)(\d)7', 'g') from pgbench_accounts where aid <= 20000) s;
do $$ declare texts text[] := '{}'; begin
    for i in 1 .. 2000 loop
        begin
            texts := texts[greatest(1, i - 50):] || repeat(md5(i::text), i % 20);
            if i % 10 = 0 then raise exception 'one of many'; end if;
        exception when raise_exception then null;
        end;
    end loop;
end $$;

// The newest answers, of one endpoint or of all, a page at a time.

import { useState } from "preact/hooks";
import { api, type Answer } from "../api.ts";
import { number } from "../format.ts";
import { useLoad } from "../load.ts";
import { go, write } from "../route.ts";
import { Answered, Cash, Deed, Empty, Section, When } from "../parts/basics.tsx";

const PAGE = 50;

export function AnswersPage({ endpoint }: { endpoint: string }) {
  const [older, setOlder] = useState<string[]>([]);
  const before = older.at(-1) ?? "";
  const answers = useLoad(() => api.answers(endpoint, PAGE, before), `${endpoint} ${before}`, before === "");
  const names = useLoad(() => api.answers("", 200), "endpoints", false);
  const endpoints = [...new Set([...(names.data?.answers ?? []).map((answer) => answer.endpoint), ...(endpoint ? [endpoint] : [])])].sort();
  const choose = (value: string) => {
    setOlder([]);
    go({ page: "answers", endpoint: value });
  };
  const tools = (
    <label>Endpoint
      <select value={endpoint} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">all</option>
        {endpoints.map((name) => <option key={name} value={name}>{name}</option>)}
      </select>
    </label>
  );
  return (
    <>
      <h1>Answers</h1>
      <Section title={before ? "Older answers" : "Newest first"} tools={tools}>
        <Answered of={answers}>
          {({ answers: list }) => (
            <>
              {list.length ? <AnswerTable answers={list} /> : <Empty>No answer has been recorded{endpoint && ` for ${endpoint}`}.</Empty>}
              <nav class="pager" aria-label="Pages">
                <button type="button" disabled={!older.length} onClick={() => setOlder(older.slice(0, -1))}>Newer</button>
                <button type="button" disabled={list.length < PAGE} onClick={() => setOlder([...older, list.at(-1)!.id])}>Older</button>
              </nav>
            </>
          )}
        </Answered>
      </Section>
    </>
  );
}

function AnswerTable({ answers }: { answers: Answer[] }) {
  return (
    <div class="scroll">
      <table class="answers">
        <thead><tr><th scope="col">When</th><th scope="col">Endpoint</th><th scope="col">Batch</th><th scope="col">Decision</th><th scope="col" class="num">Money</th><th scope="col" class="num">Score</th><th scope="col">Guard</th><th scope="col">What was said</th></tr></thead>
        <tbody>
          {answers.map((answer) => (
            <tr key={answer.id} class="link" onClick={() => go({ page: "answer", id: answer.id })}>
              <td class="nowrap"><a href={write({ page: "answer", id: answer.id })}><When us={answer.time_us} /></a></td>
              <td class="nowrap">{answer.endpoint}</td><td class="nowrap">{answer.partition}</td><td>{answer.decision}</td>
              <td class="num"><Cash value={answer.money} currency={answer.currency} /></td><td class="num">{answer.score == null ? "" : number(answer.score)}</td>
              <td class="nowrap"><Deed action={answer.verdict?.action} mode={answer.verdict?.mode} /></td><td class="said" title={answer.text}>{answer.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { accepts, refuses } from "../cases";
import { sha, workflow } from "./compliantWorkflow";

const running = (run: string) => workflow(({ jobs }) => (jobs.build.steps[2]!.run = run));

refuses("workflow-script-disallow-injection", {
  "an issue's title": () => running('echo "${{ github.event.issue.title }}"'),
  "a pull request's branch": () => running("git switch ${{ github.head_ref }}"),
  "a pull request's body beside its number": () =>
    running("echo ${{ github.event.pull_request.number }} ${{ github.event.pull_request.body }}"),
  "an input": () => running("make ${{ inputs.target }}"),
  "an expression around it": () => running("echo ${{ format('{0}', github.event.comment.body) }}"),
  "an input behind a number": () =>
    running("echo ${{ github.event.pull_request.number && github.event.pull_request.title }}"),
  "an index in place of a name": () => running("echo ${{ github['event'].issue['title'] }}"),
  capitals: () => running("echo ${{ GitHub.Event.Issue.Title }}"),
  "an element of a list": () => running("echo ${{ github.event.commits[0].message }}"),
  "the whole event": () => running("echo '${{ toJSON(github.event) }}'"),
  "all that there is": () => running("echo '${{ toJSON(github) }}'"),
  "a variable of the workflow's": () =>
    workflow((props) => {
      props.env = { TITLE: "${{ github.event.issue.title }}" };
      props.jobs.build.steps[2]!.run = "echo ${{ env.TITLE }}";
    }),
  "spaces around an index": () => running("echo ${{ github  [  'event'  ].issue  [  'title'  ] }}"),
  "an element far down a list": () => running("echo ${{ github.event.commits[10].message }}"),
  "a job's variable": () =>
    workflow(({ jobs }) => {
      Object.assign(jobs.build, { env: { TITLE: "${{ github.event.issue.title }}" } });
      jobs.build.steps[2]!.run = "echo ${{ env.TITLE }}";
    }),
  "a step's variable": () =>
    workflow(({ jobs }) => {
      const env = { TITLE: "${{ github.event.issue.title }}" };
      jobs.build.steps[2] = { run: "echo ${{ env.TITLE }}", env, with: {} };
    }),
  "a script of JavaScript": () =>
    workflow(({ jobs }) => {
      const script = "console.log('${{ github.event.review.body }}')";
      jobs.build.steps[2] = { uses: `actions/github-script@${sha}`, with: { script } };
    }),
});

accepts({
  "the value by way of the environment": () =>
    workflow(({ jobs }) => {
      jobs.build.steps[2] = {
        run: 'echo "$TITLE"',
        env: { TITLE: "${{ github.event.issue.title }}" },
        with: {},
      };
    }),
  "a variable of one's own": () =>
    workflow(({ jobs }) => {
      jobs.build.steps[2] = { run: "make ${{ env.TARGET }}", env: { TARGET: "${{ github.sha }}" }, with: {} };
    }),
  "what another action takes as a script": () =>
    workflow(({ jobs }) => {
      jobs.build.steps[2] = {
        uses: `acme/report@${sha}`,
        with: { script: "${{ github.event.issue.title }}" },
      };
    }),
  "a text that looks like it": () => running("echo ${{ 'github.event.issue.title' }}"),
  "an output of a step of that name": () => running("echo ${{ steps.github.outputs.head_ref }}"),
  "the event's name": () => running("echo ${{ github.event_name }}"),
  "a number": () => running("echo ${{ github.event.pull_request.number }}"),
  "a number by an index": () => running("echo ${{ github['event'].pull_request['number'] }}"),
  "a number by an index with spaces": () =>
    running("echo ${{ github  [  'event'  ].pull_request  [  'number'  ] }}"),
  "a hash far down a list": () => running("echo ${{ github.event.commits[10].id }}"),
  "a commit's hash": () => running("git show ${{ github.event.pull_request.head.sha }} ${{ github.sha }}"),
});

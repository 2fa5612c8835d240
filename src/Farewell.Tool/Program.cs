using System.CommandLine;
using Farewell.Lab.Running;
using Farewell.Tool;
using Farewell.Tool.Doctor;
using Farewell.Tool.Events;
using Farewell.Tool.Lab;
using Farewell.Tool.Record;
using Farewell.Tool.Serve;
using Farewell.Tool.Watch;

if (args is [LabChild.Verb, .. var childArguments])
{
    return await LabChild.RunAsync(childArguments);
}

return await Entry.RunAsync(
    new RootCommand("How TCP connections end: choose it, see it, prove it.") { LabCommand.Create(args), DoctorCommand.Create(), WatchCommand.Create(), RecordCommand.Create(), EventsCommand.Create(), ServeCommand.Create() }, args);

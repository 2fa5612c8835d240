using System.CommandLine;
using Farewell.Tool;
using Farewell.Tool.Doctor;
using Farewell.Tool.Record;
using Farewell.Tool.Watch;

return await Entry.RunAsync(
    new RootCommand("How TCP connections end, for whoever is on call.") { DoctorCommand.Create(), WatchCommand.Create(), RecordCommand.Create() }, args);
